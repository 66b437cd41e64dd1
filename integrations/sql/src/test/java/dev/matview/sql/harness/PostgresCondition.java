package dev.matview.sql.harness;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Decides for {@link NeedsPostgres} whether tests run. */
final class PostgresCondition implements ExecutionCondition {

    private static final String NAME = "postgresql";
    private static final AtomicBoolean TOLD = new AtomicBoolean();

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<String> missing =
                names("matview.without", context) ? Optional.of("-Dmatview.without") : TestPostgres.missing(ownServer(context));
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("there is a PostgreSQL");
        }
        if (names("matview.require", context)) {
            throw new IllegalStateException("-Dmatview.require demands the PostgreSQL tests: " + missing.get());
        }
        if (TOLD.compareAndSet(false, true)) {
            System.out.println("matview: NOT RUN: PostgreSQL tests: " + missing.get());
        }
        return ConditionEvaluationResult.disabled(missing.get());
    }

    private static boolean ownServer(ExtensionContext context) {
        return AnnotationSupport.findAnnotation(context.getElement(), NeedsPostgres.class)
                .map(NeedsPostgres::ownServer)
                .orElse(false);
    }

    private static boolean names(String parameter, ExtensionContext context) {
        String given = context.getConfigurationParameter(parameter).orElse("");
        return Arrays.stream(given.split(",")).map(String::trim).anyMatch(NAME::equals);
    }
}
