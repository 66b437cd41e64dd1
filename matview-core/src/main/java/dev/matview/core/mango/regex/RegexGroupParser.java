package dev.matview.core.mango.regex;

import dev.matview.core.mango.regex.RegexNode.Alternatives;
import dev.matview.core.mango.regex.RegexNode.AtomicGroup;
import dev.matview.core.mango.regex.RegexNode.Conditional;
import dev.matview.core.mango.regex.RegexNode.Group;
import dev.matview.core.mango.regex.RegexNode.Lookaround;
import dev.matview.core.mango.regex.RegexNode.Sequence;
import dev.matview.core.mango.regex.RegexNode.StepBack;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what stands in parentheses in a regular expression. The pattern stands after the opening one. */
final class RegexGroupParser {
    private static final int DEEPEST = 250;
    private static final int[] NO_GROUPS = {};

    private final RegexParser parser;
    private final RegexPattern pattern;
    private final RegexGroups groups;
    private int depth;

    RegexGroupParser(RegexParser parser) {
        this.parser = parser;
        this.pattern = parser.pattern;
        this.groups = parser.groups;
    }

    /** Reads a group up to its end. Returns null for what is no part of the expression, such as an option. */
    @Nullable
    RegexNode read() {
        if (pattern.peek() == '*' && (pattern.peek(1) == ':' || ByteSet.ALPHA.contains(pattern.peek(1)))) {
            return verb();
        }
        if (!pattern.skip("?")) {
            return capture();
        }
        int c = pattern.next();
        return switch (c) {
            case ':' -> body(false);
            case '|' -> body(true);
            case '>' -> new AtomicGroup(body(false));
            case '=' -> new Lookaround(body(false), false);
            case '!' -> new Lookaround(body(false), true);
            case '(' -> conditional();
            case '<' -> lookbehindOrName();
            case '\'' -> named('\'');
            case 'P' -> python();
            case 'C' -> callout();
            case '&', 'R', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' ->
                throw pattern.unsupported("Recursion and subroutine calls");
            default -> {
                if ((c == '+' || c == '-') && RegexPattern.isDigit(pattern.peek())) {
                    throw pattern.unsupported("Recursion and subroutine calls");
                }
                pattern.at--;
                yield options();
            }
        };
    }

    private @Nullable RegexNode verb() {
        if (pattern.skip("*F)") || pattern.skip("*FAIL)")) {
            return parser.check(RegexBoundary.NEVER);
        }
        throw pattern.unsupported("Verbs, as in (*VERB),");
    }

    private @Nullable RegexNode options() {
        RegexOptions options = parser.options.read(pattern);
        if (pattern.next() == ')') {
            parser.options = options;
            return parser.nothing();
        }
        RegexOptions outer = parser.options;
        parser.options = options;
        RegexNode body = body(false);
        parser.options = outer;
        return body;
    }

    private RegexNode capture() {
        RegexGroups.Open group = groups.open();
        RegexNode node = new Group(group.number, body(false));
        groups.close();
        return group.refersToItself() ? new AtomicGroup(node) : node;
    }

    private RegexNode named(int close) {
        groups.define(groups.nameOrNothing(pattern, close), parser.options.duplicateNames(), pattern);
        return capture();
    }

    private RegexNode lookbehindOrName() {
        if (pattern.skip("=")) {
            return lookbehind(false);
        }
        if (pattern.skip("!")) {
            return lookbehind(true);
        }
        if (!ByteSet.WORD.contains(pattern.peek())) {
            throw pattern.bad("(?< is followed by a character without a meaning");
        }
        return named('>');
    }

    private RegexNode lookbehind(boolean negative) {
        List<RegexNode> alternatives = new ArrayList<>();
        for (RegexNode branch : branches(false)) {
            int length = branch.fixedLength();
            if (length == RegexNode.VARIABLE) {
                throw pattern.bad("a lookbehind is not of fixed length");
            }
            alternatives.add(new Sequence(List.of(new StepBack(length), branch)));
        }
        return new Lookaround(new Alternatives(alternatives), negative);
    }

    private RegexNode python() {
        return switch (pattern.next()) {
            case '<' -> named('>');
            case '=' -> parser.reference(groups.named(groups.name(pattern, ')'), pattern));
            case '>' -> throw pattern.unsupported("Recursion and subroutine calls");
            default -> throw pattern.bad("(?P is followed by a character without a meaning");
        };
    }

    /** Nobody is called, but the syntax is checked. */
    private @Nullable RegexNode callout() {
        if (pattern.number() > 255 || !pattern.skip(")")) {
            throw pattern.bad("a callout must be a number up to 255");
        }
        return parser.nothing();
    }

    private RegexNode conditional() {
        Lookaround look = null;
        int[] condition = NO_GROUPS;
        boolean never = false;
        if (pattern.peek() == '?') {
            if (!(pattern.startsWith("?=")
                    || pattern.startsWith("?!")
                    || pattern.startsWith("?<=")
                    || pattern.startsWith("?<!"))) {
                throw pattern.startsWith("?C")
                        ? pattern.unsupported("Callouts before a condition")
                        : pattern.bad("a condition must be a lookaround or a group");
            }
            look = (Lookaround) read();
        } else if (pattern.skip("DEFINE)") && !groups.isKnown("DEFINE")) {
            never = true;
        } else {
            condition = conditionGroups();
        }
        List<RegexNode> branches = branches(false);
        if (branches.size() > (never ? 1 : 2)) {
            throw pattern.bad("a condition has too many alternatives");
        }
        RegexNode then = branches.get(0);
        return new Conditional(look, condition, then, branches.size() == 2 ? branches.get(1) : Sequence.EMPTY);
    }

    private int[] conditionGroups() {
        if (pattern.skip("<")) {
            return groups.named(closed(groups.name(pattern, '>')), pattern);
        }
        if (pattern.skip("'")) {
            return groups.named(closed(groups.name(pattern, '\'')), pattern);
        }
        int sign = pattern.peek();
        if (sign == '+' || sign == '-' || RegexPattern.isDigit(sign)) {
            return new int[] {conditionNumber()};
        }
        if (pattern.startsWith("R&")) {
            throw pattern.unsupported("Recursion and subroutine calls");
        }
        String name = groups.name(pattern, ')');
        // Without recursion, one is never in it.
        return !groups.isKnown(name) && name.matches("R[0-9]*") ? NO_GROUPS : groups.named(name, pattern);
    }

    private String closed(String name) {
        if (!pattern.skip(")")) {
            throw pattern.bad("a condition has no end");
        }
        return name;
    }

    private int conditionNumber() {
        boolean before = pattern.skip("-");
        boolean after = !before && pattern.skip("+");
        int number = pattern.number();
        int group = before ? groups.count() - number + 1 : after ? groups.count() + number : number;
        if (number == 0 || group < 1 || !pattern.skip(")")) {
            throw pattern.bad("a condition refers to no group");
        }
        groups.refer(group);
        return group;
    }

    private RegexNode body(boolean resetGroups) {
        return Alternatives.of(branches(resetGroups));
    }

    /** Reads what is in the parentheses. Options that are set in there end with them. */
    private List<RegexNode> branches(boolean resetGroups) {
        if (++depth > DEEPEST) {
            throw pattern.bad("parentheses nest deeper than " + DEEPEST);
        }
        RegexOptions outer = parser.options;
        List<RegexNode> branches = parser.branches(resetGroups);
        if (!pattern.skip(")")) {
            throw pattern.bad("a closing parenthesis is missing");
        }
        parser.options = outer;
        parser.repeatable = true;
        depth--;
        return branches;
    }
}
