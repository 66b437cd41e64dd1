package dev.matview.core.mango.regex;

import org.jspecify.annotations.Nullable;

/** Matches a number of bytes of one set. */
final class RegexRun extends RegexInstruction {
    private final ByteSet set;
    private final int min;
    private final int max;
    private final Mode mode;
    private final RegexInstruction next;

    RegexRun(ByteSet set, int min, int max, Mode mode, RegexInstruction next) {
        this.set = set;
        this.min = min;
        this.max = max;
        this.mode = mode;
        this.next = next;
    }

    @Override
    @Nullable
    RegexInstruction step(RegexMatcher m) {
        int start = m.position;
        int end = consume(m, mode == Mode.LAZY ? min : max);
        if (end - start < min) {
            return null;
        }
        m.position = end;
        if (mode == Mode.LAZY) {
            m.push(this, end, min);
        } else if (mode == Mode.GREEDY && end - start > min) {
            m.push(this, start + min, end);
        }
        return next;
    }

    /** Lazy: takes one more byte, the count is remembered. Greedy: gives one back, unless at the lowest end. */
    @Override
    @Nullable
    RegexInstruction resume(RegexMatcher m, int position, int other) {
        if (mode == Mode.LAZY) {
            boolean more = other < max && position < m.subject.length && set.contains(m.subject[position]);
            if (!more) {
                return null;
            }
            m.position = position + 1;
            m.push(this, position + 1, other + 1);
            return next;
        }
        m.position = other - 1;
        if (position < other - 1) {
            m.push(this, position, other - 1);
        }
        return next;
    }

    private int consume(RegexMatcher m, int most) {
        byte[] subject = m.subject;
        int start = m.position;
        int limit = most > subject.length - start ? subject.length : start + most;
        int end = start;
        while (end < limit && set.contains(subject[end])) {
            end++;
        }
        m.spend((end - start) / BYTES_PER_STEP);
        return end;
    }
}
