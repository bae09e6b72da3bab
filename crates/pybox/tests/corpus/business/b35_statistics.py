# what: mean, median, deviation, quantiles, mode and correlation of figures
import statistics
def execute_tool(parameters, context):
    sales = [120, 95, 143, 99, 120, 180, 75]
    calls = [10, 8, 12, 8, 11, 16, 5]
    line = statistics.linear_regression(calls, sales)
    return {
        "mean": round(statistics.mean(sales), 4), "median": statistics.median(sales), "mode": statistics.mode(sales),
        "modes": statistics.multimode([1, 1, 2, 2, 3]), "stdev": round(statistics.stdev(sales), 6), "pvariance": round(statistics.pvariance(sales), 4),
        "quartiles": statistics.quantiles(sales, n=4), "geometric": round(statistics.geometric_mean([1, 2, 4]), 6),
        "harmonic": round(statistics.harmonic_mean([40, 60]), 6), "correlation": round(statistics.correlation(sales, calls), 6),
        "slope": round(line.slope, 6), "normal": round(statistics.NormalDist(100, 15).cdf(130), 6), "fmean": statistics.fmean([1, 2, 3.5], [1, 1, 2]),
    }
