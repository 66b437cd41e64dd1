package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.matview.core.Settings.Builder;
import dev.matview.core.mango.MangoLimits;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SettingsTest {

    @Test
    void theDefaultsAreThoseThatAreDocumented() {
        Settings settings = Settings.defaults();

        assertThat(settings.pageSize()).isEqualTo(100);
        assertThat(settings.maxPageSize()).isEqualTo(1_000);
        assertThat(settings.answerBytes()).isEqualTo(16 * 1024 * 1024);
        assertThat(settings.querySteps()).isEqualTo(10_000_000);
        assertThat(settings.queryTime()).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.hotSteps()).isEqualTo(20_000);
        assertThat(settings.ownRows()).isEqualTo(100_000);
        assertThat(settings.ownReaders()).isEqualTo(4);
        assertThat(settings.mango().maxFields()).isEqualTo(256);
        assertThat(settings.mango().maxSortKeys()).isEqualTo(32);
        assertThat((double) settings.maxViewBytes() / Runtime.getRuntime().maxMemory())
                .isBetween(0.59, 0.61);
    }

    /** One that the copy forgot would silently be the default again. */
    @Test
    void aBuilderOfSettingsKeepsEachOfThem() throws ReflectiveOperationException {
        Builder builder = Settings.builder();
        List<Method> setters = Arrays.stream(Builder.class.getMethods())
                .filter(method -> method.getReturnType() == Builder.class && !Modifier.isStatic(method.getModifiers()))
                .toList();
        for (Method setter : setters) {
            setter.invoke(builder, otherThanDefault(setter));
        }

        Settings again = builder.build().toBuilder().build();

        assertThat(setters).hasSizeGreaterThan(15);
        for (Method setter : setters) {
            Object value = Settings.class.getMethod(setter.getName()).invoke(again);
            assertThat(value).as(setter.getName()).isEqualTo(otherThanDefault(setter));
        }
    }

    private static final MangoLimits OTHER_LIMITS =
            MangoLimits.builder().maxFields(7).build();

    private static Object otherThanDefault(Method setter) {
        Class<?> type = setter.getParameterTypes()[0];
        if (type == int.class) {
            return setter.getName().equals("maxPageSize") ? 70 : 7;
        }
        if (type == long.class) {
            return setter.getName().equals("querySteps") ? 70L : 7L;
        }
        return type == Duration.class ? Duration.ofSeconds(7) : OTHER_LIMITS;
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertRefused(builder -> builder.pageSize(0));
        assertRefused(builder -> builder.pageSize(10).maxPageSize(9));
        assertRefused(builder -> builder.querySteps(10).hotSteps(11));
        assertRefused(builder -> builder.queryTime(Duration.ZERO));
        assertRefused(builder -> builder.bookmarkGrace(Duration.ofNanos(-1)));
        assertRefused(builder -> builder.maxViewBytes(0));
        Settings.builder()
                .bookmarkGrace(Duration.ZERO)
                .referralTime(Duration.ZERO)
                .build();
    }

    private static void assertRefused(UnaryOperator<Builder> change) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> change.apply(Settings.builder()).build());
    }
}
