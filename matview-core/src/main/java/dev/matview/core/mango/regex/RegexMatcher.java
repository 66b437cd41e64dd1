package dev.matview.core.mango.regex;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The state of matching one regular expression on one subject: where it stands, what its groups hold, and a stack of
 * the choices that are left. Matching recurses only as deep as the pattern's own groups nest, and pays for everything it
 * does, so that no pattern and no subject can exhaust time, stack or heap.
 */
final class RegexMatcher {
    private static final int[] NO_REGISTERS = {};

    final byte[] subject;
    final int[] registers;
    int position;

    private final RegexSteps steps;

    // One frame is one index into these three: an instruction to resume with two numbers or, where the instruction is
    // null, a register and the value to put back into it.
    private @Nullable RegexInstruction[] frames = new RegexInstruction[16];
    private int[] firsts = new int[16];
    private int[] seconds = new int[16];
    private int depth;

    RegexMatcher(byte[] subject, int registerCount, RegexSteps steps) {
        this.subject = subject;
        this.registers = registerCount == 0 ? NO_REGISTERS : new int[registerCount];
        this.steps = steps;
        Arrays.fill(registers, -1);
    }

    /** Each group has three registers: where it was opened last, and start and end of what it matched. */
    static final int REGISTERS_PER_GROUP = 3;

    static int openOf(int group) {
        return REGISTERS_PER_GROUP * (group - 1);
    }

    static int startOf(int group) {
        return openOf(group) + 1;
    }

    static int endOf(int group) {
        return openOf(group) + 2;
    }

    /**
     * Tells whether the program matches at a position. When it does not, the registers are as they were; when it does,
     * the matcher is not to be used again.
     */
    boolean matchesAt(int start, RegexInstruction program) {
        position = start;
        return run(program);
    }

    /** Runs to the end of a part of the program. Choices that remain stay on the stack. */
    private boolean run(RegexInstruction start) {
        int base = depth;
        RegexInstruction at = start;
        while (at != RegexInstruction.ACCEPT) {
            spend(1);
            RegexInstruction next = at.step(this);
            while (next == null) {
                if (depth == base) {
                    return false;
                }
                next = pop();
            }
            at = next;
        }
        return true;
    }

    /** Runs a part, and drops the choices that remain in it. What its groups hold stays, and can still be undone. */
    boolean runAtomically(RegexInstruction start) {
        int base = depth;
        if (!run(start)) {
            return false;
        }
        int kept = base;
        for (int i = base; i < depth; i++) {
            if (frames[i] == null) {
                frames[kept] = null;
                firsts[kept] = firsts[i];
                seconds[kept] = seconds[i];
                kept++;
            }
        }
        spend(depth - base);
        depth = kept;
        return true;
    }

    /** Runs a part, and puts the registers back. */
    boolean runAndForget(RegexInstruction start) {
        int base = depth;
        boolean matched = run(start);
        while (depth > base) {
            depth--;
            if (frames[depth] == null) {
                registers[firsts[depth]] = seconds[depth];
            }
        }
        return matched;
    }

    /** Remembers a choice, which {@link RegexInstruction#resume} takes up when what comes now does not match. */
    void push(@Nullable RegexInstruction instruction, int first, int second) {
        spend(1);
        if (depth == frames.length) {
            frames = Arrays.copyOf(frames, depth * 2);
            firsts = Arrays.copyOf(firsts, depth * 2);
            seconds = Arrays.copyOf(seconds, depth * 2);
        }
        frames[depth] = instruction;
        firsts[depth] = first;
        seconds[depth] = second;
        depth++;
    }

    /** Sets a register, remembering what it held. */
    void set(int register, int value) {
        push(null, register, registers[register]);
        registers[register] = value;
    }

    void spend(int count) {
        steps.spend(count);
    }

    /** Returns the first of the groups that has matched something, or a negative number. */
    int firstSet(int[] groups) {
        for (int group : groups) {
            if (registers[endOf(group)] >= 0) {
                return group;
            }
        }
        return -1;
    }

    private @Nullable RegexInstruction pop() {
        depth--;
        RegexInstruction instruction = frames[depth];
        if (instruction == null) {
            registers[firsts[depth]] = seconds[depth];
            return null;
        }
        return instruction.resume(this, firsts[depth], seconds[depth]);
    }
}
