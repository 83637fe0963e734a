# Reference values of econ.VECM and econ.infer.unit_root: Rscript make.R FOLDER writes input.csv and numbers.json.
# R 4, package urca 1.3-3 (B. Pfaff), with its denmark: real money, real income, bond and deposit rates of Johansen and
# Juselius (1990), Oxford Bulletin of Economics and Statistics 52(2); statsmodels ships the same as danish_data.
library(urca)
folder <- commandArgs(trailingOnly = TRUE)[1]
set.seed(1)
n <- 200
w <- apply(matrix(rnorm(2 * n), n), 2, cumsum)
e <- matrix(rnorm(4 * n), n)
x <- cbind(a = w[, 1] + e[, 1], b = 0.5 * w[, 1] + w[, 2] + e[, 2], c = w[, 1] - w[, 2] + 0.05 * (1:n) + e[, 3], d = w[, 2] + e[, 4])
x <- round(x, 8)
write.csv(x, file.path(folder, "input.csv"), row.names = FALSE)
data(denmark)
money <- denmark[, c("LRM", "LRY", "IBO", "IDE")]
number <- function(v) paste0("[", paste(format(as.vector(v), digits = 15), collapse = ", "), "]")
out <- c()
put <- function(key, v) out <<- c(out, paste0("\"", key, "\": ", number(v)))
for (k in c("none", "const", "trend")) {
  z <- ca.jo(x, ecdet = k, type = "trace", K = 3, spec = "transitory")
  m <- ca.jo(x, ecdet = k, type = "eigen", K = 3, spec = "transitory")
  put(paste0("lambda_", k), z@lambda[1:4])
  put(paste0("trace_", k), rev(z@teststat))
  put(paste0("maximum_", k), rev(m@teststat))
  put(paste0("beta_", k), z@V[, 1] / z@V[1, 1])
  put(paste0("alpha_", k), z@W[, 1] * z@V[1, 1] / z@V[1, 1])
}
z <- ca.jo(x, ecdet = "const", type = "trace", K = 3, spec = "transitory")
H <- diag(5)[, c(1, 2, 3, 5)]
b <- blrtest(z, H = H, r = 2)
put("same_statistic", b@teststat); put("same_df", b@pval[2])
A <- diag(4)[, 1:3]
a <- alrtest(z, A = A, r = 2)
put("exogenous_statistic", a@teststat); put("exogenous_df", a@pval[2])
ab <- ablrtest(z, H = H, A = A, r = 2)
put("both_statistic", ab@teststat); put("both_df", ab@pval[2])
k <- bh5lrtest(z, H = matrix(c(1, -0.5, 0, 0, 0), ncol = 1), r = 2)
put("known_statistic", k@teststat); put("known_df", k@pval[2])
dk <- ca.jo(money, ecdet = "const", type = "trace", K = 2, spec = "longrun", season = 4)
put("denmark_lambda", dk@lambda[1:4]); put("denmark_trace", rev(dk@teststat)); put("denmark_beta", dk@V[, 1] / dk@V[1, 1])
for (m in c("constant", "trend")) {
  put(paste0("adf_gls_", m), ur.ers(x[, "a"], type = "DF-GLS", model = m, lag.max = 2)@teststat)
  put(paste0("phillips_perron_", m), ur.pp(x[, "a"], type = "Z-tau", model = m, lags = "short")@teststat)
}
for (m in c("intercept", "both")) put(paste0("zivot_andrews_", m), c(ur.za(x[, "a"], model = m, lag = 2)@teststat, ur.za(x[, "a"], model = m, lag = 2)@bpoint))
writeLines(paste0("{\n", paste(out, collapse = ",\n"), "\n}"), file.path(folder, "numbers.json"))
