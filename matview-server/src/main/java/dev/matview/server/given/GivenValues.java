package dev.matview.server.given;

import dev.matview.core.registry.Spelling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What options are where the command line does not say it. By one rule for all: {@code --couchdb-url} is {@code
 * MATVIEW_COUCHDB_URL} in the environment, and {@code couchdb-url} in the file that {@code --config} names. The environment
 * goes before the file. Some variables have an older name without {@code MATVIEW_}, which options read by themselves: one
 * with a longer name stands for it, and before it. Thread-safe.
 */
public final class GivenValues implements IDefaultValueProvider {

    private static final String CONFIG = "--config";
    private static final String PREFIX = "MATVIEW_";

    /** The variables that are read without their prefix; secrets among them have no option that could hold them. */
    private static final Set<String> OLDER = Set.of(
            "COUCHDB_URL",
            "COUCHDB_USER",
            "COUCHDB_PASSWORD",
            "VIEW_STORE_PASSWORD",
            "JWT_SECRET",
            "JWT_SECRET_PREVIOUS",
            "JWKS",
            "JWT_ISSUER",
            "JWT_AUDIENCE",
            "PORT",
            "CORS_ORIGIN");

    /** The variable that goes before an option's value in the file, where its name is not the option's. */
    private static final Map<String, String> OF_SECRETS = Map.of(
            "jwt-secret-file", "JWT_SECRET",
            "couchdb-password-file", "COUCHDB_PASSWORD",
            "view-store-password-file", "VIEW_STORE_PASSWORD");

    private static final Set<String> NOT_GIVEN = Set.of("help", "version", "config");
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--([a-z][a-z-]*[a-z])(?![\\w-])");

    private final Map<String, String> environment;
    private final @Nullable ConfigFile file;
    /** The options that the command line gives, without their dashes. */
    private final Set<String> onCommandLine;
    /** Where values came from that were asked for, by the option's name without its dashes. */
    private final Map<String, String> places = new ConcurrentHashMap<>();

    private GivenValues(Map<String, String> environment, @Nullable ConfigFile file, Set<String> onCommandLine) {
        this.environment = environment;
        this.file = file;
        this.onCommandLine = onCommandLine;
    }

    /**
     * @param commands all there are: a file may have what any of them takes
     * @throws ConfigFileException when there is a file, and it cannot be used
     */
    public static GivenValues of(Map<String, String> environment, CommandLine commands, String... arguments)
            throws ConfigFileException {
        Optional<Path> config = config(environment, arguments);
        return new GivenValues(
                Map.copyOf(environment),
                config.isEmpty() ? null : ConfigFile.read(config.get(), names(commands.getCommandSpec())),
                Arrays.stream(arguments)
                        .filter(argument -> argument.startsWith("--"))
                        .map(option -> option.substring(2).replaceFirst("=.*", ""))
                        .collect(Collectors.toSet()));
    }

    /** Found before the arguments are parsed, as what it says is needed then. */
    private static Optional<Path> config(Map<String, String> environment, String... arguments) {
        String named = variable(environment, "config");
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].startsWith(CONFIG + "=")) {
                named = arguments[i].substring(CONFIG.length() + 1);
            } else if (arguments[i].equals(CONFIG) && i + 1 < arguments.length) {
                named = arguments[++i];
            }
        }
        return Optional.ofNullable(named).filter(name -> !name.isEmpty()).map(Path::of);
    }

    /** The names of all options that can be given, of the command and those below it. */
    static Set<String> names(CommandSpec command) {
        Set<String> names = command.options().stream()
                .map(GivenValues::name)
                .filter(name -> !NOT_GIVEN.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        command.subcommands().values().forEach(below -> names.addAll(names(below.getCommandSpec())));
        return names;
    }

    private static String name(OptionSpec option) {
        return option.longestName().substring(2);
    }

    /** The environment in which a variable with the prefix stands where the one without is read. */
    public static Map<String, String> withOlderNames(Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(environment);
        for (String older : OLDER) {
            String value = given(environment, PREFIX + older);
            if (value != null) {
                all.put(older, value);
            }
        }
        return all;
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option) || NOT_GIVEN.contains(name(option))) {
            return null;
        }
        String name = name(option);
        if (OLDER.contains(upper(name))) {
            return given(environment, PREFIX + upper(name)) == null && given(environment, upper(name)) == null
                    ? ofFile(name)
                    : null;
        }
        String value = variable(environment, name);
        if (value != null) {
            places.put(name, PREFIX + upper(name) + " (environment)");
            return value;
        }
        String secret = OF_SECRETS.get(name);
        return secret != null
                        && withOlderNames(environment)
                                        .getOrDefault(secret, "")
                                        .strip()
                                        .length()
                                > 0
                ? null
                : ofFile(name);
    }

    private @Nullable String ofFile(String name) {
        if (file == null || file.value(name).isEmpty()) {
            return null;
        }
        places.put(name, file.place(name));
        return file.value(name).get();
    }

    private static @Nullable String variable(Map<String, String> environment, String name) {
        return given(environment, PREFIX + upper(name));
    }

    /** What is blank was not given; nor is what Kubernetes says of a service that is called matview. */
    private static @Nullable String given(Map<String, String> environment, String variable) {
        String value = environment.getOrDefault(variable, "").strip();
        boolean ofKubernetes = variable.equals(PREFIX + "PORT") && value.startsWith("tcp://");
        return value.isEmpty() || ofKubernetes ? null : value;
    }

    private static String upper(String name) {
        return name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** The message with the places in it that values came from, instead of the options that they are of. */
    public String told(String message) {
        StringBuilder told = new StringBuilder();
        Matcher option = OPTION.matcher(message);
        while (option.find()) {
            String place = onCommandLine.contains(option.group(1)) ? null : places.get(option.group(1));
            option.appendReplacement(told, Matcher.quoteReplacement(place == null ? option.group() : place));
        }
        option.appendTail(told);
        String text = told.toString();
        for (String older : OLDER) {
            if (given(environment, PREFIX + older) != null) {
                text = text.replaceAll("(?<!\\w)" + older + " \\(environment\\)", PREFIX + older + " (environment)");
            }
        }
        return text;
    }

    /** What in the environment looks as if an option was meant that there is not, each with what was perhaps meant. */
    public List<String> misspelt(CommandSpec commands) {
        Set<String> known = names(commands).stream()
                .map(name -> PREFIX + upper(name))
                .collect(Collectors.toCollection(TreeSet::new));
        OLDER.forEach(older -> known.add(PREFIX + older));
        known.add(PREFIX + "CONFIG");
        List<String> misspelt = new ArrayList<>();
        new TreeSet<>(environment.keySet())
                .stream()
                        .filter(name -> name.startsWith(PREFIX) && !known.contains(name))
                        .forEach(name -> Spelling.nearest(
                                        name.substring(PREFIX.length()),
                                        known.stream()
                                                .map(full -> full.substring(PREFIX.length()))
                                                .toList())
                                .ifPresent(meant -> misspelt.add(
                                        name + " (environment) is not read; did you mean " + PREFIX + meant + "?")));
        return misspelt;
    }
}
