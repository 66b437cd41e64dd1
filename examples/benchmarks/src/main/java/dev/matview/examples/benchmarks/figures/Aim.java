package dev.matview.examples.benchmarks.figures;

/**
 * What a figure is to be: at least or at most so much, of ours by the peer's or of ours alone.
 *
 * @param ofRatio whether the ratio counts; else our median does, in the figure's unit
 * @param atLeast whether more is better
 */
public record Aim(boolean ofRatio, boolean atLeast, double bound) {

    public static Aim ratioAtLeast(double bound) {
        return new Aim(true, true, bound);
    }

    public static Aim ratioAtMost(double bound) {
        return new Aim(true, false, bound);
    }

    public static Aim atLeast(double bound) {
        return new Aim(false, true, bound);
    }

    public static Aim atMost(double bound) {
        return new Aim(false, false, bound);
    }

    /** How far it is reached: 1 is the aim, more is better. */
    Spread reached(Spread what) {
        return atLeast ? what.times(1 / bound) : what.inverse().times(bound);
    }

    String text(String unit) {
        return (atLeast ? "≥ " : "≤ ") + Numbers.text(bound) + (ofRatio ? " x" : " " + unit);
    }
}
