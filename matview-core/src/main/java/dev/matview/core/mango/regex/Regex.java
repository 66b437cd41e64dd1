package dev.matview.core.mango.regex;

import dev.matview.core.mango.regex.RegexInstruction.Mode;
import dev.matview.core.mango.regex.RegexNode.Alternatives;
import dev.matview.core.mango.regex.RegexNode.Assertion;
import dev.matview.core.mango.regex.RegexNode.Bytes;
import dev.matview.core.mango.regex.RegexNode.Group;
import dev.matview.core.mango.regex.RegexNode.Sequence;
import java.nio.charset.StandardCharsets;

/**
 * A regular expression with the meaning that {@code $regex} has in CouchDB, matched within a number of {@linkplain RegexSteps steps}.
 *
 * <p>CouchDB has Erlang run PCRE 8, without its Unicode option: pattern and subject are the bytes of UTF-8, and a byte
 * is a Latin-1 character. So {@code ^.$} does not match "é", which is two bytes, and {@code \w} matches the first of
 * them. Java's own expressions differ from PCRE in a hundred places and know no bound on time or stack, hence this
 * engine. It backtracks as PCRE does, with choices on a stack of its own; see {@link RegexMatcher}. What it does
 * not know, and what differs, is listed in the description of this package.
 *
 * <p>Immutable and thread-safe.
 */
public final class Regex {
    private static final int LONGEST = 8_192;

    private final RegexInstruction program;
    private final int registers;
    private final int minLength;
    private final ByteSet firstBytes;
    private final Start start;

    private Regex(RegexParser.Parsed parsed) {
        RegexNode.Registers registers = new RegexNode.Registers(parsed.groups());
        this.program = parsed.node().compile(registers, RegexInstruction.ACCEPT);
        this.registers = registers.count();
        this.minLength = parsed.node().minLength();
        this.firstBytes = minLength == 0 ? ByteSet.ALL : parsed.node().firstBytes();
        this.start = startOf(parsed.node());
    }

    /**
     * Compiles a pattern.
     *
     * @throws RegexException {@code bad_arg} when PCRE would refuse it, {@code unsupported_regex} when only matview does
     */
    public static Regex compile(String pattern) {
        if (pattern.length() > LONGEST) {
            throw new RegexException("selector_too_large", "A $regex is longer than " + LONGEST + " characters.");
        }
        return new Regex(RegexParser.parse(pattern));
    }

    /** Tells whether the expression matches somewhere in a string. */
    public boolean find(String text, RegexSteps steps) {
        return find(text.getBytes(StandardCharsets.UTF_8), steps);
    }

    private boolean find(byte[] subject, RegexSteps steps) {
        RegexMatcher matcher = new RegexMatcher(subject, registers, steps);
        for (int at = 0; at <= subject.length - minLength; at++) {
            boolean canStart = minLength == 0 || firstBytes.contains(subject[at]);
            if (canStart && start.isAt(subject, at) && matcher.matchesAt(at, program)) {
                return true;
            }
            if (start == Start.SUBJECT) {
                break;
            }
        }
        return false;
    }

    /** Where a match can start, as far as the beginning of the pattern tells. From strict to lenient. */
    private enum Start {
        SUBJECT,
        LINE,
        ANYWHERE;

        boolean isAt(byte[] subject, int at) {
            return this == ANYWHERE || at == 0 || this == LINE && subject[at - 1] == '\n';
        }

        Start orElse(Start other) {
            return compareTo(other) >= 0 ? this : other;
        }
    }

    /** What begins with {@code .*} need not be tried again within the same line, as PCRE knows too. */
    private static Start startOf(RegexNode node) {
        if (node instanceof Assertion assertion) {
            return startOf(assertion.boundary());
        }
        if (node instanceof Group group && !(group.body() instanceof RegexRepeat)) {
            // What the group holds would differ, if something referred to it.
            return group.body() instanceof Assertion assertion ? startOf(assertion) : Start.ANYWHERE;
        }
        if (node instanceof Sequence sequence && !sequence.nodes().isEmpty()) {
            return startOf(sequence.nodes().get(0));
        }
        if (node instanceof Alternatives alternatives) {
            return alternatives.nodes().stream().map(Regex::startOf).reduce(Start.SUBJECT, Start::orElse);
        }
        boolean isDotStar = node instanceof RegexRepeat repeat
                && repeat.min() == 0
                && repeat.max() == Integer.MAX_VALUE
                && repeat.mode() != Mode.POSSESSIVE;
        if (isDotStar && ((RegexRepeat) node).body() instanceof Bytes bytes) {
            return bytes.set() == ByteSet.ALL
                    ? Start.SUBJECT
                    : bytes.set() == ByteSet.NOT_NEWLINE ? Start.LINE : Start.ANYWHERE;
        }
        return Start.ANYWHERE;
    }

    private static Start startOf(RegexBoundary boundary) {
        return switch (boundary) {
            case SUBJECT_START -> Start.SUBJECT;
            case LINE_START -> Start.LINE;
            default -> Start.ANYWHERE;
        };
    }
}
