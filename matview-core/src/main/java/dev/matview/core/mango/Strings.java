package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UCharacter.GraphemeClusterBreak;
import com.ibm.icu.lang.UProperty;
import dev.matview.core.mango.regex.Regex;

/** The operators that look into strings, and match nothing else. */
final class Strings {
    private Strings() {}

    /** {@code $regex}. Allocates the bytes of the value. */
    record Matches(Regex regex) implements Condition {

        /** How many small steps of the engine are one step of a {@link Budget}. */
        private static final int ENGINE_STEPS = 8;

        @Override
        public boolean test(JsonNode value, Budget budget) {
            if (!value.isTextual()) {
                return false;
            }
            String text = value.textValue();
            budget.spend(1 + text.length() / Budget.TEXT);
            int granted = budget.regexLeft();
            boolean found = regex.find(text, budget::spendRegex);
            budget.spend((granted - budget.regexLeft()) / ENGINE_STEPS);
            return found;
        }
    }

    /**
     * {@code $beginsWith}, compared by code point, with a twist from Erlang's {@code string:prefix}: the prefix must
     * not end inside of a character as a reader sees it. {@code "e"} is no prefix of {@code "é"} written as e and a
     * combining accent, nor is a carriage return one of carriage return and line feed.
     */
    record BeginsWith(String prefix) implements Condition {
        @Override
        public boolean test(JsonNode value, Budget budget) {
            if (!value.isTextual()) {
                return false;
            }
            String text = value.textValue();
            int end = prefix.length();
            budget.spend(Math.min(end, text.length()) / Budget.TEXT);
            return text.startsWith(prefix)
                    && (end == 0 || end == text.length() || breaks(text.codePointBefore(end), text.codePointAt(end)));
        }

        /** Tells whether a grapheme cluster that begins with one code point ends before the next (UAX #29). */
        private static boolean breaks(int codePoint, int next) {
            if (codePoint == '\r') {
                return next != '\n';
            }
            int before = UCharacter.getIntPropertyValue(codePoint, UProperty.GRAPHEME_CLUSTER_BREAK);
            int after = UCharacter.getIntPropertyValue(next, UProperty.GRAPHEME_CLUSTER_BREAK);
            return switch (after) {
                case GraphemeClusterBreak.CONTROL, GraphemeClusterBreak.CR, GraphemeClusterBreak.LF -> true;
                default -> isControl(before) || !joins(before, after);
            };
        }

        private static boolean isControl(int type) {
            return type == GraphemeClusterBreak.CONTROL
                    || type == GraphemeClusterBreak.CR
                    || type == GraphemeClusterBreak.LF;
        }

        private static boolean joins(int before, int after) {
            return switch (after) {
                case GraphemeClusterBreak.EXTEND, GraphemeClusterBreak.ZWJ, GraphemeClusterBreak.SPACING_MARK -> true;
                case GraphemeClusterBreak.L -> before == GraphemeClusterBreak.L || isPrepend(before);
                case GraphemeClusterBreak.V ->
                    before == GraphemeClusterBreak.L
                            || before == GraphemeClusterBreak.V
                            || before == GraphemeClusterBreak.LV
                            || isPrepend(before);
                case GraphemeClusterBreak.T ->
                    before == GraphemeClusterBreak.V
                            || before == GraphemeClusterBreak.T
                            || before == GraphemeClusterBreak.LV
                            || before == GraphemeClusterBreak.LVT
                            || isPrepend(before);
                case GraphemeClusterBreak.LV, GraphemeClusterBreak.LVT ->
                    before == GraphemeClusterBreak.L || isPrepend(before);
                case GraphemeClusterBreak.REGIONAL_INDICATOR ->
                    before == GraphemeClusterBreak.REGIONAL_INDICATOR || isPrepend(before);
                default -> isPrepend(before);
            };
        }

        private static boolean isPrepend(int type) {
            return type == GraphemeClusterBreak.PREPEND;
        }
    }
}
