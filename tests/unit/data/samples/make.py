"""Write the samples of layouts of which no publisher's file is at hand: ``python make.py FOLDER``; invented figures.

Where each layout was seen:

* ``gsw``: a stored copy of ``feds200628.csv`` in the public repository aaronH45/ReactionFunctionProject (whole file).
* ``soma``: rows of ``/api/soma/summary.json`` quoted in tests and comments of several public programs; in both rows
  seen whole (2003-11-19 and 2021-10-27) the parts add up to the total without the inflation compensation.
* ``feio``: lines of ``foreign_exchange_intervention_operations.csv`` quoted in tests of several public programs, and
  their descriptions of it: CP932, nine columns, years and months left out where they do not change, totals of quarters
  (also of quarters without intervention), daily figures rounded so that they may miss a total by one.
"""

import json
import math
import sys
from pathlib import Path

BETAS = {
    "1961-06-14": ((3.9, -1.3, -1.9, 0.0), (0.34, -999.99), 7),
    "1961-06-15": None,
    "1961-06-16": ((4.0, -1.4, -1.8, 0.0), (0.35, -999.99), 7),
    "2026-05-01": ((4.5, 0.2, -1.0, 5.0), (1.5, 12.0), 30),
}
"""Parameters and longest maturity printed, by day."""


def gsw_rates(betas, taus, years):
    """Zero yield and forward of one maturity, from the formula of the staff paper, in plain Python."""
    first, second = years / taus[0], (years / taus[1] if taus[1] > 0 else 1.0)
    zero, forward = betas[0], betas[0]
    for beta, x, hump in ((betas[1], first, False), (betas[2], first, True), (betas[3], second, True)):
        average = (1 - math.exp(-x)) / x
        zero += beta * (average - (math.exp(-x) if hump else 0.0))
        forward += beta * (x if hump else 1.0) * math.exp(-x)
    return zero, forward


def gsw_sample():
    two = [f"{years:02d}" for years in range(1, 31)]
    header = ["Date", "BETA0", "BETA1", "BETA2", "BETA3", "SVEN1F01", "SVEN1F04", "SVEN1F09"]
    header += [f"{stem}{years}" for stem in ("SVENF", "SVENPY", "SVENY") for years in two] + ["TAU1", "TAU2"]
    lines = [
        '"Note: This is not an official Federal Reserve statistical release."', "",
        "Series,Compounding Convention,Mnemonic(s)", "Zero-coupon yield,Continuously Compounded,SVENYXX",
        "Par yield,Coupon-Equivalent,SVENPYXX", "Instantaneous forward rate,Continuously Compounded,SVENFXX",
        "One-year forward rate,Coupon-Equivalent,SVEN1FXX", "Parameters,N/A,BETA0 to TAU2", "", ",".join(header),
    ]  # fmt: skip
    for date, row in BETAS.items():
        if row is None:
            lines.append(",".join([date, *["NA"] * 99]))
            continue
        betas, taus, longest = row
        rates = [gsw_rates(betas, taus, years) for years in range(1, 31)]
        shown = [
            [f"{rate[which]:.4f}" if number < longest else "NA" for number, rate in enumerate(rates)]
            for which in (0, 1)
        ]
        par = [f"{3 + 0.011 * number:.4f}" if number < longest else "NA" for number in range(30)]
        ahead = ["3.8067", "3.9562", "4.01" if longest > 7 else "NA"]
        lines.append(",".join([date, *map(str, betas), *ahead, *shown[1], *par, *shown[0], *map(str, taus)]))
    return "\n".join([*lines, ""]).encode()


GSW = gsw_sample()


def soma_week(date, **parts):
    cents = {"mbs": "0.00", "cmbs": "0.00", "tips": "13454483000", "frn": "", "tipsInflationCompensation": "1621412000",
             "notesbonds": "404669247000", "bills": "242958086000", "agencies": "10000000", **parts}  # fmt: skip
    total = sum(float(value or 0) for name, value in cents.items() if name != "tipsInflationCompensation")
    return {"asOfDate": date, **cents, "total": f"{total:.2f}"}


WEEKS = [soma_week("2003-11-12"), soma_week("2003-11-19", bills="243958086000"), soma_week("2003-11-26", mbs="1.40")]
SOMA = (
    '{"soma":{"summary":[\n' + ",\n".join(json.dumps(week, separators=(",", ":")) for week in WEEKS) + "\n]}}\n"
).encode()

SELL = "米ドル売り・日本円買い,the US dollar (sold) the Japanese yen (bought)"
BUY = "米ドル買い・日本円売り,the US dollar (bought) the Japanese yen (sold)"
EURO = "ユーロ買い・日本円売り,the euro (bought) the Japanese yen (sold)"
FEIO = f"""財務省,,,,,,,,
外国為替平衡操作の実施状況,,,Foreign Exchange Intervention Operations,,,,,
（単位：億円）,,,(in 100 million yen),,,,,
実施年月日,,,Intervention Date,,,,,
年,月,日,Year,Month,Day,金額(amount),売買通貨,Currency pairs
,,,,,,,,
平成15年,1月,15日,2003,Jan,15,80,{BUY}
,,16日,,,16,"1,234",{BUY}
,,,,,,,,
平成15年1〜3月期計,,,January - March 2003,,,"1,315",,
平成15年4〜6月期計,,,April - June 2003,,,0,,
,7月,1日,,Jul,1,500,{EURO}
,,1日,,,1,300,{BUY}
,9月,30日,,Sept,30,"2,000",{SELL}
平成15年7〜9月期計,,,July - September 2003,,,"2,800",,
,,,,,,,,
（注）日々の計数は四捨五入,,,(Note) rounded,,,,,
""".replace("\n", "\r\n").encode("cp932")


if __name__ == "__main__":
    for name, content in {"feio.csv": FEIO, "gsw.csv": GSW, "soma.json": SOMA}.items():
        (Path(sys.argv[1]) / name).write_bytes(content)
