package dev.matview.couch.harness;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.platform.commons.support.AnnotationSupport;

/** Decides for {@link Needs} whether a test runs. */
final class ToolCondition implements ExecutionCondition {

    private static final String REQUIRED = "matview.require";
    private static final String WITHOUT = "matview.without";

    /** What tests of other modules look for. */
    private static final Set<String> OF_OTHERS = Set.of("postgresql");

    /** Asked once for a JVM. */
    private static final Map<Tool, Optional<String>> MISSING = new EnumMap<>(Tool.class);

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Set<Tool> required = tools(REQUIRED, context);
        Set<Tool> without = tools(WITHOUT, context);
        for (Tool tool : needs(context)) {
            Optional<String> missing = without.contains(tool) ? Optional.of("-D" + WITHOUT) : missing(tool);
            if (missing.isPresent() && required.contains(tool)) {
                throw new IllegalStateException(
                        "-D" + REQUIRED + " demands the " + tool.tests() + ": " + missing.get());
            }
            if (missing.isPresent()) {
                leftOut(context, tool, missing.get());
                return ConditionEvaluationResult.disabled(missing.get());
            }
        }
        return ConditionEvaluationResult.enabled("what it needs is there");
    }

    private static Set<Tool> needs(ExtensionContext context) {
        Set<Tool> tools = EnumSet.noneOf(Tool.class);
        AnnotationSupport.findAnnotation(context.getElement(), Needs.class)
                .ifPresent(needs -> tools.addAll(Arrays.asList(needs.value())));
        return tools;
    }

    /** The tools that a parameter, or a system property, names. */
    private static Set<Tool> tools(String parameter, ExtensionContext context) {
        Set<Tool> tools = EnumSet.noneOf(Tool.class);
        for (String name :
                context.getConfigurationParameter(parameter).orElse("").split(",")) {
            if (!name.isBlank() && !OF_OTHERS.contains(name.trim())) {
                tools.add(Stream.of(Tool.values())
                        .filter(tool -> tool.option().equals(name.trim()))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("-D" + parameter + " knows no \"" + name
                                + "\", only "
                                + Stream.of(Tool.values()).map(Tool::option).toList())));
            }
        }
        return tools;
    }

    /** One line for a tool, when all is done. */
    private static void leftOut(ExtensionContext context, Tool tool, String reason) {
        context.getRoot()
                .getStore(Namespace.create(ToolCondition.class))
                .getOrComputeIfAbsent(tool, key -> new LeftOut(tool, reason), LeftOut.class)
                .count
                .incrementAndGet();
    }

    private static Optional<String> missing(Tool tool) {
        synchronized (MISSING) {
            return MISSING.computeIfAbsent(tool, Tool::missing);
        }
    }

    /** Fails a test that uses the tool and does not say that it needs it: on other machines it would not be left out. */
    static void requireDeclared(Tool tool) {
        StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE).forEach(frame -> {
            Class<?> caller = frame.getDeclaringClass();
            boolean isTest = caller.getSimpleName().endsWith("Test")
                    || caller.getSimpleName().endsWith("IT");
            if (isTest && !isDeclared(tool, caller)) {
                throw new IllegalStateException(caller.getName() + " is not annotated with @Needs(" + tool + ")");
            }
        });
    }

    private static boolean isDeclared(Tool tool, Class<?> test) {
        return Stream.concat(Stream.of(test), Stream.of(test.getDeclaredMethods()))
                .map(place -> place.getAnnotation(Needs.class))
                .anyMatch(needs -> needs != null && Arrays.asList(needs.value()).contains(tool));
    }

    /** The store closes it when all tests of the JVM are done. */
    private record LeftOut(Tool tool, String reason, AtomicInteger count) implements AutoCloseable {

        LeftOut(Tool tool, String reason) {
            this(tool, reason, new AtomicInteger());
        }

        @Override
        public void close() {
            System.out.println("matview: NOT RUN: " + tool.tests() + ": " + reason + " (left out: " + count + ")");
        }
    }
}
