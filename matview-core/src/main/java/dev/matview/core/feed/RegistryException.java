package dev.matview.core.feed;

import dev.matview.core.error.MatviewException;
import java.util.List;
import java.util.stream.Collectors;

/** Feed definitions cannot be used; says everything that is wrong with them at once. */
public class RegistryException extends MatviewException {
    private static final long serialVersionUID = 1L;

    private final transient List<FeedRegistry.Problem> problems;

    /** @param problems at least one */
    public RegistryException(List<FeedRegistry.Problem> problems) {
        super(problems.stream().map(FeedRegistry.Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** All mistakes, in the order of the definitions. */
    public List<FeedRegistry.Problem> problems() {
        return problems;
    }
}
