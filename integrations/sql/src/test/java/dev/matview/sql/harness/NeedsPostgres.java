package dev.matview.sql.harness;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The tests of a class need a PostgreSQL. Where there is none they are left out, and the run says so in a line that begins with
 * {@code matview: NOT RUN}. With {@code -Dmatview.require=postgresql} that fails them instead; {@code
 * -Dmatview.without=postgresql} takes it for missing.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(PostgresCondition.class)
public @interface NeedsPostgres {

    /** Whether it is one that the test starts by itself, as it kills it. */
    boolean ownServer() default false;
}
