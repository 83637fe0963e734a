"""Sphinx: the site of `make docs`, from the sources alone and without a network."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(HERE / "_site")]
os.environ["PYTHONPATH"] = str(ROOT)  # for workers that an example starts

import reference  # noqa: E402

project = "econ"
author = "The econ developers"
copyright = author
release = version = reference.version(ROOT)

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_parser",
    "sphinx_design",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "mathml",
    "reference",
]
templates_path = ["_templates"]
exclude_patterns = ["_site", "_templates", "gallery", "**/README.md", "**/sg_execution_times.rst"]
root_doc = "index"
default_role = "py:obj"
nitpicky = True
nitpick_ignore_regex = [
    ("py:obj", r".*"),  # single backticks also mark arguments and columns
    ("py:class", r"[\d.]+\W*"),  # defaults that stand in a signature
    ("py:mod", r"econ\.\w+\..*"),  # named as places in the source
]
suppress_warnings = ["config.cache"]

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

autosummary_generate = True
autosummary_imported_members = True
autodoc_typehints = "none"
autodoc_member_order = "groupwise"
autodoc_preserve_defaults = True
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

html_math_renderer = "mathml"
html_theme = "pydata_sphinx_theme"
html_title = "econ"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_theme_options = {
    "logo": {"text": "econ"},
    "navigation_with_keys": False,
    "show_prev_next": False,
    "navbar_align": "left",
    "header_links_before_dropdown": 5,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "tango",
    "pygments_dark_style": "monokai",
}
ALONE = ("changelog", "coming-from", "contributing", "coverage", "index", "mathematics", "replication")
html_sidebars = {page: [] for page in ALONE}
html_context = {"default_mode": "light"}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "studies",
    "filename_pattern": r"/plot_",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "show_memory": False,
    "show_signature": False,
    "write_computation_times": False,  # a page whose scripts come from elsewhere
    "min_reported_time": 1e9,
    "reset_modules": ("matplotlib", reference.house_style),
    "remove_config_comments": True,
    "within_subsection_order": "FileNameSortKey",
}
