package dev.matview.core.mango.regex;

import dev.matview.core.mango.regex.RegexInstruction.Split;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a parsed regular expression: what it says about itself, and how it becomes instructions. */
sealed interface RegexNode
        permits RegexNode.Bytes,
                RegexNode.Assertion,
                RegexNode.Sequence,
                RegexNode.Alternatives,
                RegexNode.Group,
                RegexNode.AtomicGroup,
                RegexNode.LineBreak,
                RegexNode.Reference,
                RegexNode.Lookaround,
                RegexNode.StepBack,
                RegexNode.Conditional,
                RegexRepeat {
    /** Stands for a length that is not the same for everything the node matches. */
    int VARIABLE = -1;

    /** Compiles to instructions that go on with {@code next}. */
    RegexInstruction compile(Registers registers, RegexInstruction next);

    /** Returns how many bytes it matches at least. */
    int minLength();

    /** Returns how many bytes it always matches, by the rules of PCRE for a lookbehind, or {@link #VARIABLE}. */
    int fixedLength();

    /** Returns the bytes that something it matches can begin with; what matches the empty string aside. */
    ByteSet firstBytes();

    /** Hands out registers beyond those of the groups. */
    final class Registers {
        private int count;

        Registers(int groups) {
            this.count = groups * RegexMatcher.REGISTERS_PER_GROUP;
        }

        int forLoop() {
            count += 2;
            return count - 2;
        }

        int count() {
            return count;
        }
    }

    /** One byte. */
    record Bytes(ByteSet set) implements RegexNode {
        @Override
        public RegexInstruction compile(Registers registers, RegexInstruction next) {
            return new RegexInstruction.One(set, next);
        }

        @Override
        public int minLength() {
            return 1;
        }

        @Override
        public int fixedLength() {
            return 1;
        }

        @Override
        public ByteSet firstBytes() {
            return set;
        }
    }

    /** A condition on the position. */
    record Assertion(RegexBoundary boundary) implements RegexNode {
        @Override
        public RegexInstruction compile(Registers registers, RegexInstruction next) {
            return new RegexInstruction.Check(boundary, next);
        }

        @Override
        public int minLength() {
            return 0;
        }

        @Override
        public int fixedLength() {
            return 0;
        }

        @Override
        public ByteSet firstBytes() {
            return ByteSet.NONE;
        }
    }

    /** One after the other. */
    record Sequence(List<RegexNode> nodes) implements RegexNode {
        static final Sequence EMPTY = new Sequence(List.of());

        @Override
        public RegexInstruction compile(Registers registers, RegexInstruction next) {
            RegexInstruction compiled = next;
            for (int i = nodes.size() - 1; i >= 0; i--) {
                compiled = nodes.get(i).compile(registers, compiled);
            }
            return compiled;
        }

        @Override
        public int minLength() {
            return cut(nodes.stream().mapToLong(RegexNode::minLength).sum());
        }

        @Override
        public int fixedLength() {
            long length = 0;
            for (RegexNode node : nodes) {
                int nodeLength = node.fixedLength();
                if (nodeLength == VARIABLE) {
                    return VARIABLE;
                }
                length += nodeLength;
            }
            return cut(length);
        }

        @Override
        public ByteSet firstBytes() {
            ByteSet first = ByteSet.NONE;
            for (RegexNode node : nodes) {
                first = first.union(node.firstBytes());
                if (node.minLength() > 0) {
                    break;
                }
            }
            return first;
        }
    }

    /** One of several, in their order. */
    record Alternatives(List<RegexNode> nodes) implements RegexNode {
        static RegexNode of(List<RegexNode> nodes) {
            return nodes.size() == 1 ? nodes.get(0) : new Alternatives(nodes);
        }

        @Override
        public RegexInstruction compile(Registers registers, RegexInstruction next) {
            RegexInstruction compiled = nodes.get(nodes.size() - 1).compile(registers, next);
            for (int i = nodes.size() - 2; i >= 0; i--) {
                Split split = new Split();
                split.first = nodes.get(i).compile(registers, next);
                split.second = compiled;
                compiled = split;
            }
            return compiled;
        }

        @Override
        public int minLength() {
            return nodes.stream().mapToInt(RegexNode::minLength).min().orElse(0);
        }

        @Override
        public int fixedLength() {
            // Asked once of each: asking twice would double with every level of nesting.
            int[] lengths =
                    nodes.stream().mapToInt(RegexNode::fixedLength).distinct().toArray();
            return lengths.length == 1 ? lengths[0] : VARIABLE;
        }

        @Override
        public ByteSet firstBytes() {
            return nodes.stream().map(RegexNode::firstBytes).reduce(ByteSet.NONE, ByteSet::union);
        }
    }

    /** A capturing group. */
    record Group(int number, RegexNode body) implements RegexNode {
        @Override
        public RegexInstruction compile(Registers registers, RegexInstruction next) {
            RegexInstruction end = new RegexInstruction.Capture(number, next);
            return new RegexInstruction.Mark(RegexMatcher.openOf(number), body.compile(registers, end));
        }

        @Override
        public int minLength() {
            return body.minLength();
        }

        @Override
        public int fixedLength() {
            return body.fixedLength();
        }

        @Override
        public ByteSet firstBytes() {
            return body.firstBytes();
        }
    }

    /** A group that gives nothing back. */
    record AtomicGroup(RegexNode body) implements RegexNode {
        @Override
        public RegexInstruction compile(Registers registers, RegexInstruction next) {
            return new RegexInstruction.Atomic(body.compile(registers, RegexInstruction.ACCEPT), next);
        }

        @Override
        public int minLength() {
            return body.minLength();
        }

        @Override
        public int fixedLength() {
            return body.fixedLength();
        }

        @Override
        public ByteSet firstBytes() {
            return body.firstBytes();
        }
    }

    /** A carriage return with its line feed, or else one byte of a set; it gives neither back. */
    record LineBreak(ByteSet otherwise) implements RegexNode {
        private static final RegexNode BOTH =
                new Sequence(List.of(new Bytes(ByteSet.single('\r')), new Bytes(ByteSet.single('\n'))));

        @Override
        public RegexInstruction compile(Registers registers, RegexInstruction next) {
            RegexNode either = new Alternatives(List.of(BOTH, new Bytes(otherwise)));
            return new AtomicGroup(either).compile(registers, next);
        }

        @Override
        public int minLength() {
            return 1;
        }

        @Override
        public int fixedLength() {
            return VARIABLE;
        }

        @Override
        public ByteSet firstBytes() {
            return otherwise;
        }
    }

    /** What a group that is set has matched, once more. */
    record Reference(int[] groups, boolean caseless) implements RegexNode {
        @Override
        public RegexInstruction compile(Registers registers, RegexInstruction next) {
            return new RegexInstruction.BackReference(groups, caseless, next);
        }

        @Override
        public int minLength() {
            return 0;
        }

        @Override
        public int fixedLength() {
            return VARIABLE;
        }

        @Override
        public ByteSet firstBytes() {
            return ByteSet.ALL;
        }
    }

    /**
     * A lookahead or lookbehind. Each alternative of a lookbehind begins with a {@link StepBack}.
     *
     * @param negative whether it is to fail where the body matches
     */
    record Lookaround(RegexNode body, boolean negative) implements RegexNode {
        @Override
        public RegexInstruction compile(Registers registers, RegexInstruction next) {
            return compile(registers, negative ? null : next, negative ? next : null);
        }

        RegexInstruction compile(
                Registers registers, @Nullable RegexInstruction whenMatched, @Nullable RegexInstruction whenNot) {
            RegexInstruction look = body.compile(registers, RegexInstruction.ACCEPT);
            return new RegexInstruction.Look(look, negative, whenMatched, whenNot);
        }

        @Override
        public int minLength() {
            return 0;
        }

        @Override
        public int fixedLength() {
            return 0;
        }

        @Override
        public ByteSet firstBytes() {
            return ByteSet.NONE;
        }
    }

    /** Where an alternative of a lookbehind begins. */
    record StepBack(int length) implements RegexNode {
        @Override
        public RegexInstruction compile(Registers registers, RegexInstruction next) {
            return new RegexInstruction.Back(length, next);
        }

        @Override
        public int minLength() {
            return 0;
        }

        @Override
        public int fixedLength() {
            return 0;
        }

        @Override
        public ByteSet firstBytes() {
            return ByteSet.NONE;
        }
    }

    /**
     * One of two, by a condition: a lookaround, or whether one of some groups is set.
     *
     * @param look the condition, or null when it is on {@code groups}
     */
    record Conditional(@Nullable Lookaround look, int[] groups, RegexNode then, RegexNode otherwise)
            implements RegexNode {
        @Override
        public RegexInstruction compile(Registers registers, RegexInstruction next) {
            RegexInstruction yes = then.compile(registers, next);
            RegexInstruction no = otherwise.compile(registers, next);
            if (look == null) {
                return new RegexInstruction.IfSet(groups, yes, no);
            }
            return look.negative() ? look.compile(registers, no, yes) : look.compile(registers, yes, no);
        }

        @Override
        public int minLength() {
            return Math.min(then.minLength(), otherwise.minLength());
        }

        /** PCRE does not count a second alternative that is not written. */
        @Override
        public int fixedLength() {
            int length = then.fixedLength();
            return otherwise == Sequence.EMPTY || otherwise.fixedLength() == length ? length : VARIABLE;
        }

        @Override
        public ByteSet firstBytes() {
            return then.firstBytes().union(otherwise.firstBytes());
        }
    }

    /** Lengths this great are all the same. */
    static int cut(long length) {
        return (int) Math.min(length, Integer.MAX_VALUE);
    }
}
