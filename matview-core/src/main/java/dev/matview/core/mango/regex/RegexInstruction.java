package dev.matview.core.mango.regex;

import org.jspecify.annotations.Nullable;

/**
 * One step of a compiled regular expression. Instructions form a graph: each knows which come after it, and a repeated
 * group leads back to its loop. They are immutable once the graph is built; what changes is in {@link RegexMatcher}.
 */
abstract class RegexInstruction {
    /** Comparing bytes one by one is that much cheaper than a step. */
    static final int BYTES_PER_STEP = 8;

    /** Where a match ends. It is never executed. */
    static final RegexInstruction ACCEPT = new RegexInstruction() {
        @Override
        RegexInstruction step(RegexMatcher m) {
            throw new IllegalStateException("the end was passed");
        }
    };

    /** Executes, and returns what to execute next, or null when it does not match. */
    abstract @Nullable RegexInstruction step(RegexMatcher m);

    /**
     * Goes on from a choice that was remembered with {@link RegexMatcher#push}. Most instructions just execute, at the
     * position that was remembered.
     */
    @Nullable
    RegexInstruction resume(RegexMatcher m, int position, int other) {
        m.position = position;
        return this;
    }

    /** Matches one byte. */
    static final class One extends RegexInstruction {
        private final ByteSet set;
        private final RegexInstruction next;

        One(ByteSet set, RegexInstruction next) {
            this.set = set;
            this.next = next;
        }

        @Override
        @Nullable
        RegexInstruction step(RegexMatcher m) {
            if (m.position < m.subject.length && set.contains(m.subject[m.position])) {
                m.position++;
                return next;
            }
            return null;
        }
    }

    /** How a repetition chooses its count. */
    enum Mode {
        GREEDY,
        LAZY,
        POSSESSIVE
    }

    /** Tries one way, then the other. Repeating groups close their circle with {@link #first} or {@link #second}. */
    static final class Split extends RegexInstruction {
        RegexInstruction first = ACCEPT;
        RegexInstruction second = ACCEPT;

        @Override
        RegexInstruction step(RegexMatcher m) {
            m.push(this, m.position, 0);
            return first;
        }

        @Override
        RegexInstruction resume(RegexMatcher m, int position, int unused) {
            m.position = position;
            return second;
        }
    }

    /** Remembers the position in a register. */
    static final class Mark extends RegexInstruction {
        private final int register;
        private final RegexInstruction next;

        Mark(int register, RegexInstruction next) {
            this.register = register;
            this.next = next;
        }

        @Override
        RegexInstruction step(RegexMatcher m) {
            m.set(register, m.position);
            return next;
        }
    }

    /** Ends a group: only now does what it matched become visible to back references. */
    static final class Capture extends RegexInstruction {
        private final int group;
        private final RegexInstruction next;

        Capture(int group, RegexInstruction next) {
            this.group = group;
            this.next = next;
        }

        @Override
        RegexInstruction step(RegexMatcher m) {
            m.set(RegexMatcher.startOf(group), m.registers[RegexMatcher.openOf(group)]);
            m.set(RegexMatcher.endOf(group), m.position);
            return next;
        }
    }

    /** Matches again what the first of its groups that is set matched; fails when none is. */
    static final class BackReference extends RegexInstruction {
        private final int[] groups;
        private final boolean caseless;
        private final RegexInstruction next;

        BackReference(int[] groups, boolean caseless, RegexInstruction next) {
            this.groups = groups;
            this.caseless = caseless;
            this.next = next;
        }

        @Override
        @Nullable
        RegexInstruction step(RegexMatcher m) {
            int group = m.firstSet(groups);
            if (group < 0) {
                return null;
            }
            int start = m.registers[RegexMatcher.startOf(group)];
            int length = m.registers[RegexMatcher.endOf(group)] - start;
            if (length > m.subject.length - m.position) {
                return null;
            }
            m.spend(length / BYTES_PER_STEP);
            for (int i = 0; i < length; i++) {
                int a = m.subject[start + i] & 0xFF;
                int b = m.subject[m.position + i] & 0xFF;
                if (a != b && !(caseless && ByteSet.otherCase(a) == b)) {
                    return null;
                }
            }
            m.position += length;
            return next;
        }
    }

    /** Checks a boundary. */
    static final class Check extends RegexInstruction {
        private final RegexBoundary boundary;
        private final RegexInstruction next;

        Check(RegexBoundary boundary, RegexInstruction next) {
            this.boundary = boundary;
            this.next = next;
        }

        @Override
        @Nullable
        RegexInstruction step(RegexMatcher m) {
            return boundary.holds(m.subject, m.position) ? next : null;
        }
    }

    /** Begins to count the rounds of a repeated group. */
    static final class LoopStart extends RegexInstruction {
        private final Loop loop;

        LoopStart(Loop loop) {
            this.loop = loop;
        }

        @Override
        RegexInstruction step(RegexMatcher m) {
            m.set(loop.register, 0);
            return loop;
        }
    }

    /** Decides, before each round of a repeated group, whether there is to be another. */
    static final class Loop extends RegexInstruction {
        private final int register;
        private final int min;
        private final int max;
        private final boolean lazy;
        private final RegexInstruction next;
        private final Round round = new Round();

        Loop(int register, int min, int max, boolean lazy, RegexInstruction next) {
            this.register = register;
            this.min = min;
            this.max = max;
            this.lazy = lazy;
            this.next = next;
        }

        void body(RegexInstruction body) {
            round.body = body;
        }

        @Override
        RegexInstruction step(RegexMatcher m) {
            int count = m.registers[register];
            if (count < min) {
                return round;
            }
            boolean wasEmpty = count > 0 && m.position == m.registers[register + 1];
            if (count >= max || wasEmpty && max == Integer.MAX_VALUE) {
                return next;
            }
            m.push(this, m.position, 0);
            return lazy ? next : round;
        }

        @Override
        RegexInstruction resume(RegexMatcher m, int position, int unused) {
            m.position = position;
            return lazy ? round : next;
        }

        private final class Round extends RegexInstruction {
            private RegexInstruction body = ACCEPT;

            @Override
            RegexInstruction step(RegexMatcher m) {
                m.set(register, m.registers[register] + 1);
                m.set(register + 1, m.position);
                return body;
            }
        }
    }

    /** Matches a group whose inner choices are final once it has matched. */
    static final class Atomic extends RegexInstruction {
        private final RegexInstruction body;
        private final RegexInstruction next;

        Atomic(RegexInstruction body, RegexInstruction next) {
            this.body = body;
            this.next = next;
        }

        @Override
        @Nullable
        RegexInstruction step(RegexMatcher m) {
            return m.runAtomically(body) ? next : null;
        }
    }

    /** Looks whether a group matches here, without moving. */
    static final class Look extends RegexInstruction {
        private final RegexInstruction body;
        private final RegexInstruction whenMatched;
        private final RegexInstruction whenNot;
        private final boolean forgetsGroups;

        /** Either way may be null, which fails. */
        Look(
                RegexInstruction body,
                boolean forgetsGroups,
                @Nullable RegexInstruction whenMatched,
                @Nullable RegexInstruction whenNot) {
            this.body = body;
            this.forgetsGroups = forgetsGroups;
            this.whenMatched = whenMatched == null ? new Check(RegexBoundary.NEVER, ACCEPT) : whenMatched;
            this.whenNot = whenNot == null ? new Check(RegexBoundary.NEVER, ACCEPT) : whenNot;
        }

        @Override
        RegexInstruction step(RegexMatcher m) {
            int here = m.position;
            boolean matched = forgetsGroups ? m.runAndForget(body) : m.runAtomically(body);
            m.position = here;
            return matched ? whenMatched : whenNot;
        }
    }

    /** Steps back by the length of what a lookbehind is to match. */
    static final class Back extends RegexInstruction {
        private final int length;
        private final RegexInstruction next;

        Back(int length, RegexInstruction next) {
            this.length = length;
            this.next = next;
        }

        @Override
        @Nullable
        RegexInstruction step(RegexMatcher m) {
            if (m.position < length) {
                return null;
            }
            m.position -= length;
            return next;
        }
    }

    /** Goes one way when a group is set, else the other. */
    static final class IfSet extends RegexInstruction {
        private final int[] groups;
        private final RegexInstruction then;
        private final RegexInstruction otherwise;

        IfSet(int[] groups, RegexInstruction then, RegexInstruction otherwise) {
            this.groups = groups;
            this.then = then;
            this.otherwise = otherwise;
        }

        @Override
        RegexInstruction step(RegexMatcher m) {
            return m.firstSet(groups) >= 0 ? then : otherwise;
        }
    }
}
