package dev.matview.core.mango.regex;

import dev.matview.core.mango.regex.RegexInstruction.Loop;
import dev.matview.core.mango.regex.RegexInstruction.Mode;
import dev.matview.core.mango.regex.RegexInstruction.Split;

/**
 * Something several times.
 *
 * @param max the most, {@link Integer#MAX_VALUE} for any number
 */
record RegexRepeat(RegexNode body, int min, int max, Mode mode) implements RegexNode {
    @Override
    public RegexInstruction compile(Registers registers, RegexInstruction next) {
        if (max == 0) {
            return next;
        }
        if (body instanceof RegexNode.Bytes bytes) {
            return new RegexRun(bytes.set(), min, max, mode, next);
        }
        if (mode == Mode.POSSESSIVE) {
            RegexNode greedy = new RegexRepeat(body, min, max, Mode.GREEDY);
            return new RegexNode.AtomicGroup(greedy).compile(registers, next);
        }
        if (min == 1 && max == 1) {
            return body.compile(registers, next);
        }
        if (max == 1) {
            return split(body.compile(registers, next), next);
        }
        if (min <= 1 && max == Integer.MAX_VALUE && body.minLength() > 0) {
            return circle(registers, next);
        }
        Loop loop = new Loop(registers.forLoop(), min, max, mode == Mode.LAZY, next);
        loop.body(body.compile(registers, loop));
        return new RegexInstruction.LoopStart(loop);
    }

    /** Rounds that cannot be empty need not be counted. */
    private RegexInstruction circle(Registers registers, RegexInstruction next) {
        Split split = new Split();
        RegexInstruction round = body.compile(registers, split);
        split.first = mode == Mode.LAZY ? next : round;
        split.second = mode == Mode.LAZY ? round : next;
        return min == 1 ? round : split;
    }

    private Split split(RegexInstruction once, RegexInstruction next) {
        Split split = new Split();
        split.first = mode == Mode.LAZY ? next : once;
        split.second = mode == Mode.LAZY ? once : next;
        return split;
    }

    @Override
    public int minLength() {
        return RegexNode.cut((long) body.minLength() * min);
    }

    /** PCRE keeps a group that is repeated zero times, and then does not know its length. */
    @Override
    public int fixedLength() {
        if (max == 0) {
            boolean isGroup = !(body instanceof RegexNode.Bytes
                    || body instanceof RegexNode.LineBreak
                    || body instanceof RegexNode.Reference);
            return isGroup ? VARIABLE : 0;
        }
        int length = min == max ? body.fixedLength() : VARIABLE;
        return length == VARIABLE ? VARIABLE : RegexNode.cut((long) length * max);
    }

    @Override
    public ByteSet firstBytes() {
        return body.firstBytes();
    }
}
