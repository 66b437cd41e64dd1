package dev.matview.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/**
 * The properties of a module draw the same cases each time, without a word of theirs: for a test in each module that has
 * some, since each registers {@link SeededProperties} for itself.
 */
public abstract class SeedContract {

    @Property(tries = 1)
    @AddLifecycleHook(OfTheSeed.class)
    boolean theCasesOfPropertiesAreThoseOfTheSeed(@ForAll long any) {
        return true;
    }

    static final class OfTheSeed implements AroundPropertyHook {

        @Override
        public PropertyExecutionResult aroundProperty(PropertyLifecycleContext context, PropertyExecutor property) {
            PropertyExecutionResult result = property.execute();
            assertThat(result.seed()).hasValue(Long.toString(Seed.value()));
            return result;
        }
    }
}
