# what: exact fractions, rounding, greatest divisors, combinations and angles
import cmath, math
from fractions import Fraction
def execute_tool(parameters, context):
    share = Fraction(1, 3) + Fraction("0.25")
    return {
        "share": str(share), "parts": [share.numerator, share.denominator], "near": str(Fraction(math.pi).limit_denominator(100)), "gcd": math.gcd(84, 30, 18),
        "lcm": math.lcm(4, 6), "comb": math.comb(49, 6), "perm": math.perm(5, 2), "ceil": math.ceil(2.1), "floor": math.floor(-2.1), "trunc": math.trunc(-2.9),
        "isclose": math.isclose(0.1 + 0.2, 0.3), "fsum": math.fsum([0.1] * 10), "sqrt": math.isqrt(99), "hypot": math.hypot(3, 4), "log": round(math.log(1000, 10), 6),
        "prod": math.prod([2, 3, 4]), "dist": round(math.dist((0, 0), (1, 1)), 6), "rad": round(math.radians(180), 6), "root": str(cmath.sqrt(-4)),
    }
