# One of R's packages fits a mixture: seconds of each round, then the parameters. benchmarks/r_peers.py calls it.
arguments <- commandArgs(TRUE); package <- arguments[1]; family <- arguments[2]
n.iter <- as.integer(arguments[3]); rounds <- as.integer(arguments[4]); repeats <- as.integer(arguments[5])
x <- readBin(arguments[6], "double", file.size(arguments[6]) / 8)
start <- as.matrix(read.table(arguments[7]))
suppressPackageStartupMessages(library(package, character.only = TRUE))
if (package == "mclust") { # it starts from responsibilities; emControl refuses a negative tolerance
  joint <- sapply(seq_len(nrow(start)), function(k) start[k, 1] * dnorm(x, start[k, 2], start[k, 3]))
  responsibilities <- joint / rowSums(joint)
  control <- emControl(tol = c(0, 0), itmax = rep(n.iter, 2))
  control$tol <- c(-1, -1)
}
fit <- function() {
  if (package == "mclust") {
    me(x, modelName = "V", z = responsibilities, control = control)
  } else if (family == "gaussian") {
    normalmixEM(x, start[, 1], start[, 2], start[, 3], maxit = n.iter, epsilon = -1e9, maxrestarts = 0)
  } else {
    expRMM_EM(x, lambda = start[, 1], rate = 1 / start[, 2], k = nrow(start), maxit = n.iter + 1, epsilon = -1e9)
  }
}
parameters <- function(found) {
  if (package == "mclust") with(found$parameters, c(pro, mean, sqrt(variance$sigmasq)))
  else if (family == "gaussian") c(found$lambda, found$mu, found$sigma)
  else c(found$lambda, 1 / found$rate)
}
for (round in 0:rounds) {
  taken <- system.time(for (i in seq_len(repeats)) suppressWarnings(capture.output(found <- fit())))
  if (round > 0) cat((taken[["user.self"]] + taken[["sys.self"]]) / repeats, "\n")
}
cat(format(parameters(found), digits = 12), "\n")
