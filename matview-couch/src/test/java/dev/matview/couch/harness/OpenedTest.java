package dev.matview.couch.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenedTest {

    private final List<String> closed = new ArrayList<>();
    private final Opened opened = new Opened();

    @Test
    void itIsClosedInTheOppositeOrder() {
        opened.add(() -> closed.add("first"));
        opened.add(() -> closed.add("second"));

        opened.close();

        assertThat(closed).containsExactly("second", "first");
    }

    @Test
    void whatCannotBeClosedKeepsNothingElseOpen() {
        IllegalStateException one = new IllegalStateException("one");
        IllegalStateException other = new IllegalStateException("other");
        opened.add(() -> closed.add("first"));
        opened.add(() -> fail(other));
        opened.add(() -> closed.add("third"));
        opened.add(() -> fail(one));

        Throwable failure = catchThrowable(opened::close);

        assertThat(closed).containsExactly("third", "first");
        assertThat(failure).isInstanceOf(AssertionError.class).hasCause(one);
        assertThat(failure.getSuppressed())
                .hasSize(1)
                .allSatisfy(next -> assertThat(next).hasCause(other));
    }

    private static void fail(RuntimeException exception) {
        throw exception;
    }
}
