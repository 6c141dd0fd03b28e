package io.github.resnet4j.cli;

import io.github.resnet4j.files.Suggest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.MaxValuesExceededException;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.MutuallyExclusiveArgsException;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line that does not parse, in one sentence each. */
final class Mistakes {
    /** The only places where picocli says these things is its text. */
    private static final Pattern EXCLUSIVE = Pattern.compile("(.*) are mutually exclusive .*");

    private static final Pattern WITHOUT_VALUE = Pattern.compile(".*should be specified without '(.*)' parameter");

    private final CommandSpec command;
    private final List<String> arguments;

    private Mistakes(CommandSpec command, List<String> arguments) {
        this.command = command;
        this.arguments = arguments;
    }

    /** Says what is wrong, and what was probably meant. */
    static String text(ParameterException failure, List<String> arguments) {
        return new Mistakes(failure.getCommandLine().getCommandSpec(), arguments).text(failure);
    }

    private String text(ParameterException failure) {
        String message = String.valueOf(failure.getMessage()).replaceFirst("^Error: ", "");
        if (failure instanceof UnmatchedArgumentException unmatched) {
            return unmatched(unmatched.getUnmatched());
        }
        if (failure instanceof MissingParameterException missing) {
            return missing(missing.getMissing());
        }
        if (failure instanceof OverwrittenOptionException twice) {
            return name(twice.getOverwritten()) + " is given more than once; give it once";
        }
        if (failure instanceof MutuallyExclusiveArgsException) {
            Matcher exclusive = EXCLUSIVE.matcher(message);
            if (exclusive.matches()) {
                return and(List.of(exclusive.group(1).split(", "))) + " exclude each other; give only one";
            }
        }
        if (failure instanceof MaxValuesExceededException && failure.getArgSpec() != null) {
            Matcher without = WITHOUT_VALUE.matcher(message);
            if (without.matches()) {
                return name(failure.getArgSpec()) + " takes no value; leave out \"" + without.group(1) + "\"";
            }
        }
        if (failure.getCause() instanceof TypeConversionException conversion && failure.getArgSpec() != null) {
            if (failure.getArgSpec().auxiliaryTypes()[0] == boolean.class) {
                return name(failure.getArgSpec()) + " takes no value; leave out \"" + failure.getValue() + "\"";
            }
            return name(failure.getArgSpec()) + " " + failure.getValue() + ": "
                    + expected(failure.getArgSpec(), failure.getValue(), conversion);
        }
        return message;
    }

    private String unmatched(List<String> unmatched) {
        List<String> options =
                unmatched.stream().filter(argument -> argument.startsWith("-")).toList();
        if (!options.isEmpty()) {
            return options.stream().map(this::unknownOption).collect(Collectors.joining("; "));
        }
        String first = unmatched.get(0);
        if (!command.subcommands().isEmpty()) {
            return "unknown command \"" + first + "\"; "
                    + Suggest.nearest(first, command.subcommands().keySet())
                            .map(near -> "did you mean " + near + "?")
                            .orElseGet(() -> "the commands are "
                                    + String.join(", ", command.subcommands().keySet()));
        }
        List<String> known = command.positionalParameters().stream()
                .map(PositionalParamSpec::paramLabel)
                .toList();
        return "unexpected argument \"" + first + "\": " + command.name() + " takes only "
                + (known.isEmpty() ? "options" : and(known) + " and options");
    }

    private String unknownOption(String argument) {
        String name = optionName(argument);
        List<String> known = command.options().stream()
                .filter(option -> !option.hidden())
                .flatMap(option -> Stream.of(option.names()))
                .toList();
        return "unknown option " + name
                + Suggest.nearest(name, known)
                        .map(near -> "; did you mean " + near + "?")
                        .orElse("");
    }

    /** An option without its value, or all that a command cannot do without. */
    private String missing(List<ArgSpec> missing) {
        Optional<OptionSpec> withoutValue = missing.stream()
                .filter(OptionSpec.class::isInstance)
                .map(OptionSpec.class::cast)
                .filter(this::isGiven)
                .findFirst();
        return withoutValue
                .map(option -> name(option) + " needs a value, " + option.paramLabel())
                .orElseGet(() -> Stream.concat(
                                unknownOptions(),
                                Stream.of(command.name() + " needs "
                                        + and(missing.stream()
                                                .flatMap(this::withFollowing)
                                                .map(Mistakes::usage)
                                                .distinct()
                                                .toList())))
                        .collect(Collectors.joining("; ")));
    }

    /** A positional parameter with the ones behind it, which are missing too. */
    private Stream<ArgSpec> withFollowing(ArgSpec missing) {
        return missing instanceof PositionalParamSpec first
                ? command.positionalParameters().stream()
                        .filter(other -> other.required()
                                && other.index().min() >= first.index().min())
                        .map(ArgSpec.class::cast)
                : Stream.of(missing);
    }

    /** Those that picocli would only name once nothing is missing any more. */
    private Stream<String> unknownOptions() {
        return arguments.stream()
                .takeWhile(argument -> !argument.equals("--"))
                .filter(argument -> argument.startsWith("--"))
                .filter(argument -> command.findOption(optionName(argument)) == null)
                .map(this::unknownOption);
    }

    private static String optionName(String argument) {
        return argument.contains("=") ? argument.substring(0, argument.indexOf('=')) : argument;
    }

    private boolean isGiven(OptionSpec option) {
        return Stream.of(option.names()).anyMatch(name -> arguments.stream()
                .anyMatch(argument -> argument.equals(name) || argument.startsWith(name + "=")));
    }

    private static String usage(ArgSpec argument) {
        return argument instanceof OptionSpec option
                ? option.longestName() + (option.arity().max() == 0 ? "" : " " + option.paramLabel())
                : argument.paramLabel();
    }

    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }

    private static String expected(ArgSpec argument, String value, TypeConversionException failure) {
        Class<?> type = argument.auxiliaryTypes()[0];
        if (argument.converters().length > 0) {
            return failure.getMessage();
        }
        if (type.isEnum()) {
            List<String> known = Arrays.stream(type.getEnumConstants())
                    .map(constant -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT))
                    .toList();
            return Suggest.nearest(value, known)
                    .map(near -> "did you mean " + near + "?")
                    .orElseGet(() -> "expected one of " + String.join(", ", known));
        }
        if (type == Double.class || type == double.class) {
            return "expected a number";
        }
        if (type == Integer.class || type == int.class || type == Long.class || type == long.class) {
            return value.matches("[-+]?[0-9]+") ? "too large a number" : "expected a whole number";
        }
        return failure.getMessage();
    }

    private static String and(List<String> names) {
        if (names.size() < 2) {
            return String.join("", names);
        }
        List<String> first = new ArrayList<>(names.subList(0, names.size() - 1));
        return String.join(", ", first) + " and " + names.get(names.size() - 1);
    }
}
