package dev.matview.examples.benchmarks.figures;

import java.util.Arrays;
import java.util.Collection;

/** The median of what was measured several times, the least and the most of it, and how often. */
public record Spread(double median, double low, double high, int times) {

    public Spread {
        if (!(low <= median && median <= high)) {
            throw new IllegalArgumentException(low + " <= " + median + " <= " + high);
        }
    }

    /** Of what was measured, one number for each time. */
    public static Spread of(double... measured) {
        if (measured.length == 0) {
            throw new IllegalArgumentException("nothing was measured");
        }
        double[] sorted = measured.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1], sorted.length);
    }

    public static Spread of(Collection<Double> measured) {
        return of(measured.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** Of numbers that belong together one by one, as those of interleaved rounds: ours by theirs in each. */
    public static Spread ofRatios(double[] ours, double[] theirs) {
        if (ours.length != theirs.length) {
            throw new IllegalArgumentException(ours.length + " and " + theirs.length + " rounds");
        }
        double[] ratios = new double[ours.length];
        Arrays.setAll(ratios, i -> ours[i] / theirs[i]);
        return of(ratios);
    }

    public Spread times(double factor) {
        return new Spread(median * factor, low * factor, high * factor, times);
    }

    /** One median by the other; the least by the most, and the most by the least. */
    Spread dividedBy(Spread other) {
        return new Spread(median / other.median, low / other.high, high / other.low, Math.min(times, other.times));
    }

    Spread inverse() {
        return new Spread(1 / median, 1 / high, 1 / low, times);
    }
}
