package dev.matview.couch.harness;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The tests of a class, or one test, need what is not on every machine. Where it is missing they are left out, and the run
 * says so in one line that begins with {@code matview: NOT RUN}. With {@code -Dmatview.require=couchdb,browser,node,curl,promtool},
 * or some of these, the missing one fails them instead: that is how CI runs. {@code -Dmatview.without=couchdb} takes one
 * for missing.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(ToolCondition.class)
public @interface Needs {
    Tool[] value();
}
