package io.github.resnet4j.finetune.config;

import io.github.resnet4j.files.Printable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * YAML 1.2 text to a tree. Built from the parser's events, because those carry lines and quotes, and because depth,
 * aliases and tags are refused before anything is built from them.
 */
final class YamlTree {
    /** Configurations are five deep; this only keeps the recursion small. */
    private static final int DEEPEST = 20;

    private final Where root;
    private final boolean isFile;
    private final ConfigProblems problems;
    private Iterator<Event> events;

    private YamlTree(Where root, boolean isFile, ConfigProblems problems) {
        this.root = root;
        this.isFile = isFile;
        this.problems = problems;
    }

    /** The tree of a file's text; empty, and a problem noted, where there is none. An empty text is a null scalar. */
    static Optional<YamlNode> ofFile(String text, String source, ConfigProblems problems) {
        return new YamlTree(Where.file(source, 0), true, problems).read(text, "");
    }

    /** The tree of a value at {@code path} that is not in a file. */
    static Optional<YamlNode> ofValue(String text, Where where, String path, ConfigProblems problems) {
        return new YamlTree(where, false, problems).read(text, path);
    }

    private Optional<YamlNode> read(String text, String path) {
        try {
            LoadSettings settings = LoadSettings.builder()
                    .setLabel(root.source())
                    .setCodePointLimit(text.length() + 1)
                    .build();
            events = new Parse(settings).parseString(text).iterator();
            next(Event.ID.StreamStart);
            Event first = events.next();
            if (first.getEventId() == Event.ID.StreamEnd) {
                return Optional.of(new YamlNode.Scalar(at(1), "", true));
            }
            YamlNode root = node(events.next(), path, 0);
            next(Event.ID.DocumentEnd);
            Event last = events.next();
            if (last.getEventId() != Event.ID.StreamEnd) {
                throw new Refused(where(last), "", "a second document begins; one file is one configuration");
            }
            return Optional.of(root);
        } catch (Refused e) {
            problems.add(e.where, e.path, e.getMessage());
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark()
                    .or(e::getContextMark)
                    .map(mark -> mark.getLine() + 1)
                    .orElse(1);
            problems.add(at(line), "", "not YAML: " + Printable.brief(e.getProblem()));
        } catch (ReaderException e) {
            problems.add(
                    at(lineOf(text, e.getPosition())),
                    "",
                    String.format("not YAML: character U+%04X is not allowed", e.getCodePoint()));
        } catch (YamlEngineException e) {
            problems.add(at(1), "", "not YAML: " + Printable.brief(e.getMessage()));
        }
        return Optional.empty();
    }

    private YamlNode node(Event event, String path, int depth) {
        if (event instanceof AliasEvent) {
            throw new Refused(where(event), path, "aliases (*name) are not supported; write the value out");
        }
        if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
            throw new Refused(where(event), path, "anchors (&name) are not supported; write the value out");
        }
        if (event instanceof ScalarEvent scalar) {
            refuseTag(scalar.getTag(), event, path);
            return new YamlNode.Scalar(where(event), scalar.getValue(), scalar.isPlain());
        }
        refuseTag(((CollectionStartEvent) event).getTag(), event, path);
        if (depth == DEEPEST) {
            throw new Refused(where(event), "", "nested more than " + DEEPEST + " deep");
        }
        return event instanceof MappingStartEvent ? mapping(event, path, depth) : sequence(event, path, depth);
    }

    private void refuseTag(Optional<String> tag, Event event, String path) {
        if (tag.isPresent()) {
            throw new Refused(
                    where(event), path, "tags (!name) are not supported; remove " + Printable.brief(tag.get()));
        }
    }

    private YamlNode sequence(Event start, String path, int depth) {
        List<YamlNode> items = new ArrayList<>();
        for (Event e = events.next(); e.getEventId() != Event.ID.SequenceEnd; e = events.next()) {
            items.add(node(e, path + "[" + items.size() + "]", depth + 1));
        }
        return new YamlNode.Sequence(where(start), items);
    }

    private YamlNode mapping(Event start, String path, int depth) {
        Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();
        for (Event e = events.next(); e.getEventId() != Event.ID.MappingEnd; e = events.next()) {
            if (!(node(e, path, depth + 1) instanceof YamlNode.Scalar key)) {
                throw new Refused(where(e), path, "a key must be one word, not a map or a list");
            }
            String here = Binder.child(path, key.text());
            YamlNode.Entry entry = new YamlNode.Entry(key.where(), node(events.next(), here, depth + 1));
            YamlNode.Entry earlier = entries.putIfAbsent(key.text(), entry);
            if (earlier != null) {
                problems.add(
                        key.where(),
                        here,
                        "duplicate key"
                                + (isFile ? "; first on line " + earlier.where().line() : ""));
            }
        }
        return new YamlNode.Mapping(where(start), entries);
    }

    private void next(Event.ID expected) {
        Event event = events.next();
        if (event.getEventId() != expected) {
            throw new IllegalStateException("YAML parser gave " + event.getEventId() + " for " + expected);
        }
    }

    private Where where(Event event) {
        return at(event.getStartMark().map(mark -> mark.getLine() + 1).orElse(1));
    }

    private Where at(int line) {
        return isFile ? Where.file(root.source(), line) : root;
    }

    private static int lineOf(String text, int position) {
        return (int) text.codePoints().limit(position).filter(c -> c == '\n').count() + 1;
    }

    /** YAML that is valid and not wanted. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Where where;
        private final String path;

        Refused(Where where, String path, String message) {
            super(message);
            this.where = where;
            this.path = path;
        }
    }
}
