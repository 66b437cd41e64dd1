package dev.matview.core.mango.regex;

import dev.matview.core.mango.regex.RegexInstruction.Mode;
import dev.matview.core.mango.regex.RegexNode.Alternatives;
import dev.matview.core.mango.regex.RegexNode.Assertion;
import dev.matview.core.mango.regex.RegexNode.Bytes;
import dev.matview.core.mango.regex.RegexNode.LineBreak;
import dev.matview.core.mango.regex.RegexNode.Lookaround;
import dev.matview.core.mango.regex.RegexNode.Reference;
import dev.matview.core.mango.regex.RegexNode.Sequence;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a regular expression in the syntax of PCRE 8. What stands in parentheses is read by {@link RegexGroupParser},
 * what stands in brackets by {@link RegexClassParser}.
 */
final class RegexParser {
    final RegexPattern pattern;
    final RegexGroups groups;
    RegexOptions options = RegexOptions.NONE;

    /** Whether a quantifier may follow what was read last. */
    boolean repeatable;

    private final RegexGroupParser parentheses;

    private RegexParser(String text, RegexGroups groups) {
        this.pattern = new RegexPattern(text);
        this.groups = groups;
        this.parentheses = new RegexGroupParser(this);
    }

    /** Reads a pattern. It is read twice, because a reference may stand before its group. */
    static Parsed parse(String text) {
        RegexGroups found = new RegexGroups();
        new RegexParser(text, found).whole();
        RegexGroups known = found.known();
        return new Parsed(new RegexParser(text, known).whole(), known.count());
    }

    /** A pattern, and how many groups it has. */
    record Parsed(RegexNode node, int groups) {}

    private RegexNode whole() {
        RegexNode node = Alternatives.of(branches(false));
        if (!pattern.atEnd()) {
            throw pattern.bad("a closing parenthesis too many");
        }
        groups.checkReferences(pattern);
        return node;
    }

    /** Reads alternatives, up to a closing parenthesis or the end. */
    List<RegexNode> branches(boolean resetGroups) {
        List<RegexNode> branches = new ArrayList<>();
        int first = groups.count();
        int last = first;
        do {
            if (resetGroups) {
                groups.continueFrom(first);
            }
            branches.add(sequence());
            last = Math.max(last, groups.count());
        } while (pattern.skip("|"));
        groups.continueFrom(last);
        return branches;
    }

    private RegexNode sequence() {
        List<RegexNode> nodes = new ArrayList<>();
        boolean quoted = false;
        repeatable = false;
        while (!pattern.atEnd()) {
            if (pattern.skip("\\E")) {
                quoted = false;
            } else if (quoted) {
                nodes.add(literal(pattern.next()));
            } else if (pattern.skip("\\Q")) {
                quoted = true;
            } else if (!skipComments()) {
                int c = pattern.peek();
                if (c == '|' || c == ')') {
                    break;
                }
                RegexQuantifier quantifier = RegexQuantifier.at(pattern);
                if (quantifier != null) {
                    quantify(nodes, quantifier);
                } else {
                    item(nodes);
                }
            }
        }
        return nodes.size() == 1 ? nodes.get(0) : nodes.isEmpty() ? Sequence.EMPTY : new Sequence(nodes);
    }

    private boolean skipComments() {
        int start = pattern.at;
        skipExtendedSpace();
        if (pattern.at == start) {
            skipComment();
        }
        return pattern.at > start;
    }

    private void skipComment() {
        if (pattern.skip("(?#")) {
            while (!pattern.atEnd() && pattern.peek() != ')') {
                pattern.at++;
            }
            if (!pattern.skip(")")) {
                throw pattern.bad("a comment has no end");
            }
        }
    }

    /** Skips what does not count in extended mode: white space, and from a # to the end of the line. */
    private void skipExtendedSpace() {
        if (!options.extended()) {
            return;
        }
        while (ByteSet.SPACE.contains(pattern.peek()) || pattern.peek() == '#') {
            if (pattern.next() == '#') {
                while (!pattern.atEnd() && pattern.next() != '\n') {
                    // Part of the comment.
                }
            }
        }
    }

    private void quantify(List<RegexNode> nodes, RegexQuantifier quantifier) {
        quantifier.check(pattern);
        if (!repeatable) {
            throw pattern.bad("a quantifier follows nothing that can be repeated");
        }
        pattern.at += quantifier.length();
        skipExtendedSpace();
        skipComment();
        Mode mode = options.ungreedy() ? Mode.LAZY : Mode.GREEDY;
        if (pattern.skip("+")) {
            mode = Mode.POSSESSIVE;
        } else if (pattern.skip("?")) {
            mode = options.ungreedy() ? Mode.GREEDY : Mode.LAZY;
        }
        int last = nodes.size() - 1;
        nodes.set(last, repeat(nodes.get(last), quantifier, mode));
        repeatable = false;
    }

    /** To look more than once makes no difference. */
    private static RegexNode repeat(RegexNode node, RegexQuantifier quantifier, Mode mode) {
        if (node instanceof Lookaround) {
            boolean optional = quantifier.min() == 0;
            return optional ? new RegexRepeat(node, 0, Math.min(quantifier.max(), 1), mode) : node;
        }
        return new RegexRepeat(node, quantifier.min(), quantifier.max(), mode);
    }

    private void item(List<RegexNode> nodes) {
        int c = pattern.next();
        switch (c) {
            case '^' -> nodes.add(check(options.multiline() ? RegexBoundary.LINE_START : RegexBoundary.SUBJECT_START));
            case '$' ->
                nodes.add(check(
                        options.multiline() ? RegexBoundary.LINE_END : RegexBoundary.SUBJECT_END_OR_LAST_NEWLINE));
            case '.' -> nodes.add(bytes(options.dotAll() ? ByteSet.ALL : ByteSet.NOT_NEWLINE));
            case '[' -> {
                if (pattern.startsWith("[:<:]]") || pattern.startsWith("[:>:]]")) {
                    wordEdge(nodes);
                } else {
                    nodes.add(
                            bytes(RegexClassParser.read(pattern, options.caseless(), options.extra(), groups.count())));
                }
            }
            case '(' -> {
                RegexNode group = parentheses.read();
                if (group != null) {
                    nodes.add(group);
                }
            }
            case '\\' -> nodes.add(escape(RegexEscape.read(pattern, false, groups.count(), options.extra())));
            default -> nodes.add(literal(c));
        }
    }

    /** The beginning and the end of a word, as BSD writes them. */
    private void wordEdge(List<RegexNode> nodes) {
        boolean start = pattern.startsWith("[:<");
        pattern.at += "[:<:]]".length();
        RegexNode word = new Bytes(ByteSet.WORD);
        RegexNode behind = new Sequence(List.of(new RegexNode.StepBack(1), word));
        nodes.add(check(RegexBoundary.WORD));
        nodes.add(new Lookaround(start ? word : behind, false));
        repeatable = true;
    }

    private RegexNode escape(RegexEscape escape) {
        switch (escape.kind()) {
            case BYTE -> {
                return literal(escape.value());
            }
            case REFERENCE -> {
                groups.refer(escape.value());
                return reference(escape.value());
            }
            default -> {
                ByteSet set = escape.set(pattern);
                return set != null ? bytes(set) : special(escape.value());
            }
        }
    }

    private RegexNode special(int letter) {
        return switch (letter) {
            case 'N' -> bytes(ByteSet.NOT_NEWLINE);
            case 'C' -> bytes(ByteSet.ALL);
            case 'R' -> lineBreak(ByteSet.VERTICAL_SPACE);
            case 'X' -> lineBreak(ByteSet.ALL);
            case 'b' -> check(RegexBoundary.WORD);
            case 'B' -> check(RegexBoundary.NOT_WORD);
            case 'A', 'G' -> check(RegexBoundary.SUBJECT_START);
            case 'Z' -> check(RegexBoundary.SUBJECT_END_OR_LAST_NEWLINE);
            case 'z' -> check(RegexBoundary.SUBJECT_END);
            case 'k' -> {
                int open = pattern.next();
                int close = open == '<' ? '>' : open == '{' ? '}' : open;
                if (close != '>' && close != '}' && close != '\'') {
                    throw pattern.bad("\\k must be followed by a name in brackets, braces or quotes");
                }
                yield reference(groups.named(groups.name(pattern, close), pattern));
            }
            case 'g' -> throw pattern.unsupported("Subroutine calls");
            default -> {
                // \K moves only the start of what is reported.
                repeatable = false;
                yield Sequence.EMPTY;
            }
        };
    }

    private RegexNode lineBreak(ByteSet otherwise) {
        repeatable = true;
        return new LineBreak(otherwise);
    }

    RegexNode reference(int... numbers) {
        repeatable = true;
        groups.markSelfReferences(numbers);
        return new Reference(numbers, options.caseless());
    }

    RegexNode check(RegexBoundary boundary) {
        repeatable = false;
        return new Assertion(boundary);
    }

    private RegexNode literal(int c) {
        ByteSet set = ByteSet.single(c);
        return bytes(options.caseless() ? set.union(ByteSet.single(ByteSet.otherCase(c))) : set);
    }

    private RegexNode bytes(ByteSet set) {
        repeatable = true;
        return new Bytes(set);
    }

    @Nullable
    RegexNode nothing() {
        repeatable = false;
        return null;
    }
}
