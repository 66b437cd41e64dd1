package dev.matview.examples.benchmarks.figures;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers as people read them: three digits that count. */
final class Numbers {

    private static final MathContext THREE = new MathContext(3, RoundingMode.HALF_UP);

    private Numbers() {}

    static String text(double number) {
        BigDecimal rounded = new BigDecimal(number).round(THREE);
        if (rounded.abs().compareTo(BigDecimal.valueOf(100)) >= 0) {
            return String.format(Locale.ROOT, "%,d", rounded.toBigInteger());
        }
        BigDecimal plain = rounded.signum() == 0 ? BigDecimal.ZERO : rounded.stripTrailingZeros();
        return plain.scale() < 0 ? plain.setScale(0).toPlainString() : plain.toPlainString();
    }

    /** With its least and most, where it was measured more than once. */
    static String text(Spread spread) {
        String median = text(spread.median());
        return spread.times() == 1 ? median : median + " (" + text(spread.low()) + " to " + text(spread.high()) + ")";
    }
}
