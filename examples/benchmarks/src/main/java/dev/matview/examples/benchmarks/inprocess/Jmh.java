package dev.matview.examples.benchmarks.inprocess;

import dev.matview.examples.benchmarks.figures.Run;
import dev.matview.examples.benchmarks.figures.Spread;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Has JMH measure the methods of a class: those of ours and of the peer's in one run, each in JVMs that JMH starts. */
final class Jmh {

    /** The parameter of those that are about a number of rows. */
    static final String ROWS = "rows";

    private final Run run;
    private final int forks;
    private final List<String> jvmOptions;

    /** @param forks JVMs for each method; none when all is only tried out */
    Jmh(Run run, int forks, String... jvmOptions) {
        this.run = run;
        this.forks = forks;
        this.jvmOptions = List.of(jvmOptions);
    }

    /** What each method scored: the spread of the iterations of all forks. */
    Scores measure(Class<?> methods, int rows) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + methods.getName().replace("$", "[.$]") + "[.]")
                .forks(run.size(forks, 0))
                .warmupIterations(run.size(5, 0))
                .measurementIterations(run.size(10 / forks, 1))
                .warmupTime(TimeValue.seconds(1))
                .measurementTime(TimeValue.milliseconds(run.size(1000, 50)))
                .param(ROWS, Integer.toString(rows))
                .shouldFailOnError(true);
        if (!run.isSmall()) {
            options.jvmArgs(jvmOptions.toArray(String[]::new));
        }
        Map<String, Spread> scores = new HashMap<>();
        for (RunResult result : new Runner(options.build()).run()) {
            List<Double> iterations = new ArrayList<>();
            result.getBenchmarkResults()
                    .forEach(fork -> fork.getIterationResults()
                            .forEach(
                                    one -> iterations.add(one.getPrimaryResult().getScore())));
            scores.put(name(result), Spread.of(iterations));
        }
        return new Scores(scores);
    }

    private static String name(RunResult result) {
        StringBuilder name = new StringBuilder(result.getPrimaryResult().getLabel());
        for (String parameter : result.getParams().getParamsKeys()) {
            if (!parameter.equals(ROWS)) {
                name.append(':').append(result.getParams().getParam(parameter));
            }
        }
        return name.toString();
    }
}
