package dev.matview.server.given;

import java.lang.reflect.AnnotatedElement;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Looks whether numbers are {@link Within} what they may be. */
public final class Ranges {

    private Ranges() {}

    /** What is wrong in the values that a command has got, a line each. */
    public static List<String> violations(CommandSpec command) {
        return command.options().stream().flatMap(Ranges::violation).toList();
    }

    /** Gives those that are wrong the values that they have by themselves. */
    public static void takeBack(CommandSpec command) {
        for (OptionSpec option : command.options()) {
            if (violation(option).findAny().isPresent()) {
                option.setValue(option.defaultValue() == null ? null : Integer.valueOf(option.defaultValue()));
            }
        }
    }

    private static Stream<String> violation(OptionSpec option) {
        Within range = option.userObject() instanceof AnnotatedElement field ? field.getAnnotation(Within.class) : null;
        Object value = range == null ? null : option.getValue();
        if (range == null || value == null) {
            return Stream.empty();
        }
        int number = (Integer) value;
        return number >= range.least() && number <= range.most()
                ? Stream.empty()
                : Stream.of(option.longestName() + ": from " + range.least() + " to " + range.most() + ", not "
                        + Objects.toString(value));
    }
}
