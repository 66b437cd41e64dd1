package dev.matview.examples.benchmarks.figures;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.jspecify.annotations.Nullable;

/**
 * One row: what was measured, of ours and of a peer's.
 *
 * @param what what is measured, in words that need no others
 * @param unit of both numbers
 * @param peer what people would use instead; what ours is held against, where that is no number
 * @param theirs null where only our number can be measured
 * @param ratio ours by theirs; null where there is no theirs
 * @param why a remark: why the aim is missed, or what to know beside the number
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Figure(
        String what,
        String unit,
        Spread ours,
        String peer,
        @Nullable Spread theirs,
        @Nullable Spread ratio,
        Aim aim,
        @Nullable String why) {

    public Figure {
        if (aim.ofRatio() && ratio == null) {
            throw new IllegalArgumentException(what + ": the aim is of a ratio, and there is none");
        }
    }

    /** Ours beside theirs; the ratio is that of the medians, as wide as both spreads make it. */
    public static Figure of(String what, String unit, Spread ours, String peer, Spread theirs, Aim aim) {
        return new Figure(what, unit, ours, peer, theirs, ours.dividedBy(theirs), aim, null);
    }

    /** Ours beside theirs, measured in turn: a ratio for each round. */
    public static Figure ofRounds(String what, String unit, double[] ours, String peer, double[] theirs, Aim aim) {
        Spread ratio = Spread.ofRatios(ours, theirs);
        return new Figure(what, unit, Spread.of(ours), peer, Spread.of(theirs), ratio, aim, null);
    }

    /** Ours alone, held against a number: the aim says which. */
    public static Figure alone(String what, String unit, Spread ours, String against, Aim aim) {
        return new Figure(what, unit, ours, against, null, null, aim, null);
    }

    /** The same with a remark. */
    public Figure because(String why) {
        return new Figure(what, unit, ours, peer, theirs, ratio, aim, why);
    }

    /** How far the aim is reached: 1 is the aim, more is better. */
    public Spread reached() {
        return aim.reached(aim.ofRatio() && ratio != null ? ratio : ours);
    }

    public boolean isMet() {
        return reached().median() >= 1;
    }

    /** For whoever waits. */
    String line() {
        return what + ": " + Numbers.text(ours) + " " + unit + "; " + peer
                + (theirs == null ? "" : ": " + Numbers.text(theirs) + "; ratio " + ratioText())
                + "; aim " + aim.text(unit) + (isMet() ? ", met" : ", MISSED") + (why == null ? "" : " (" + why + ")");
    }

    String ratioText() {
        return ratio == null ? "" : Numbers.text(ratio);
    }
}
