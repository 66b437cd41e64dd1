package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.testkit.Seed;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/** The properties of this module draw the same cases each time, without a word of theirs. */
class SeedTest {

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
