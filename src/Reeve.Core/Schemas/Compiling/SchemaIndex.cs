using Reeve.Core.Errors;
using Reeve.Core.Schemas.Checks;
using Reeve.Core.Schemas.Samples;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Core.Schemas.Compiling;

/// <summary>A schema with a URI of its own: the document, or a part with <c>$id</c>.</summary>
internal sealed class SchemaResource(SchemaUri uri, string pointer)
{
    internal SchemaUri Uri { get; } = uri;

    /// <summary>Where it begins in the document.</summary>
    internal string Pointer { get; } = pointer;

    /// <summary>Its <c>$anchor</c>s and <c>$dynamicAnchor</c>s.</summary>
    internal Dictionary<string, SchemaNode> Anchors { get; } = [];

    internal Dictionary<string, SchemaNode> DynamicAnchors { get; } = [];
}

/// <summary>The first pass over a schema document: every schema in it, by pointer, URI and anchor, and what is wrong with its shape.</summary>
internal sealed class SchemaIndex
{
    private const int MaxDepth = 256;
    private const int MaxErrors = 50;

    // What a document without $id is called; nothing outside can refer to it.
    private static readonly SchemaUri Nameless = SchemaUri.Parse("schema:///");

    private readonly Dictionary<string, SchemaNode> nodes = [];
    private readonly List<SchemaNode> order = [];
    private readonly List<SchemaResource> resources = [];
    private readonly Dictionary<string, int> resourceByUri = [];
    private readonly List<ReeveError> errors = [];

    /// <summary>Every schema, in document order.</summary>
    internal IReadOnlyList<SchemaNode> Nodes => order;

    internal IReadOnlyList<SchemaResource> Resources => resources;

    internal IReadOnlyList<ReeveError> Errors => errors;

    internal static SchemaIndex Of(in Value schema)
    {
        SchemaIndex index = new();
        index.resources.Add(new SchemaResource(Nameless, ""));
        index.resourceByUri.Add(Nameless.Document, 0);
        index.Walk(schema, "", 0, 0);
        return index;
    }

    internal void Report(ErrorCode code, string pointer, string message)
    {
        if (errors.Count < MaxErrors)
        {
            errors.Add(new ReeveError(code, message, pointer));
        }
    }

    /// <summary>Finds what a reference leads to.</summary>
    /// <param name="from">The schema that holds it.</param>
    /// <param name="reference">The reference.</param>
    /// <param name="dynamicAnchor">The name, when it leads to a dynamic anchor by that name.</param>
    internal SchemaNode? Find(SchemaNode from, string reference, out string? dynamicAnchor)
    {
        dynamicAnchor = null;
        SchemaUri target = resources[from.Resource].Uri.Resolve(reference);
        if (!resourceByUri.TryGetValue(target.Document, out int number))
        {
            return null;
        }

        SchemaResource resource = resources[number];
        string fragment = Uri.UnescapeDataString(target.Fragment ?? "");
        if (fragment.Length == 0 || fragment[0] == '/')
        {
            return nodes.GetValueOrDefault(resource.Pointer + fragment);
        }

        dynamicAnchor = resource.DynamicAnchors.ContainsKey(fragment) ? fragment : null;
        return resource.Anchors.GetValueOrDefault(fragment);
    }

    private SchemaNode? Walk(in Value schema, string pointer, int resource, int depth)
    {
        if (depth > MaxDepth)
        {
            Report(ErrorCatalogue.Schemas.TooDeep, pointer, $"Schemas are nested more than {MaxDepth} deep.");
            return null;
        }

        if (schema.MapOrNull() is not { } map)
        {
            if (schema.Kind == ValueKind.Bool)
            {
                return Add(new SchemaNode(schema, pointer, resource));
            }

            Report(ErrorCatalogue.Schemas.Malformed, pointer, "A schema is an object, true or false.");
            return null;
        }

        int own = ReadId(map, pointer, resource);
        SchemaNode node = Add(new SchemaNode(schema, pointer, own));
        ReadAnchor(map, "$anchor", node);
        ReadAnchor(map, "$dynamicAnchor", node);
        ReadDialect(map, pointer);
        for (int i = 0; i < map.Count; i++)
        {
            string keyword = PlainJson.KeyAt(map, i);
            if (SchemaKeywords.TryGetKind(keyword, out KeywordKind kind))
            {
                WalkKeyword(node, keyword, kind, map.ValueAt(i), depth);
            }
            else
            {
                Report(ErrorCatalogue.Schemas.UnknownKeyword, JsonPointer.Child(pointer, keyword), $"The keyword {Shown.Name(keyword)} is not one of draft 2020-12.");
            }
        }

        return node;
    }

    private void WalkKeyword(SchemaNode node, string keyword, KeywordKind kind, in Value value, int depth)
    {
        string pointer = JsonPointer.Child(node.Location, keyword);
        switch (kind)
        {
            case KeywordKind.Schema:
                Child(value, pointer);
                break;
            case KeywordKind.SchemaList:
                if (value.ListOrNull() is not { Count: > 0 } list)
                {
                    Report(ErrorCatalogue.Schemas.Malformed, pointer, $"{keyword} takes a list of at least one schema.");
                    break;
                }

                for (int i = 0; i < list.Count; i++)
                {
                    Child(list[i], JsonPointer.Child(pointer, i));
                }

                break;
            case KeywordKind.SchemaMap:
                if (value.MapOrNull() is not { } map)
                {
                    Report(ErrorCatalogue.Schemas.Malformed, pointer, $"{keyword} takes an object of schemas.");
                    break;
                }

                for (int i = 0; i < map.Count; i++)
                {
                    Child(map.ValueAt(i), JsonPointer.Child(pointer, PlainJson.KeyAt(map, i)));
                }

                break;
        }

        void Child(in Value schema, string at)
        {
            if (Walk(schema, at, node.Resource, depth + 1) is { } child)
            {
                node.Children[at] = child;
            }
        }
    }

    private SchemaNode Add(SchemaNode node)
    {
        nodes[node.Location] = node;
        order.Add(node);
        return node;
    }

    private int ReadId(MapValue map, string pointer, int resource)
    {
        if (!map.TryGet("$id", out Value id))
        {
            return resource;
        }

        string at = JsonPointer.Child(pointer, "$id");
        SchemaUri uri = resources[resource].Uri.Resolve(id.StringOrNull() ?? "#");
        if (id.StringOrNull() is null || uri.Fragment is { Length: > 0 })
        {
            Report(ErrorCatalogue.Schemas.Malformed, at, "$id takes a URI reference without fragment.");
            return resource;
        }

        uri = uri with { Fragment = null };
        if (pointer.Length == 0)
        {
            // The document itself is renamed, not a part of it.
            resourceByUri.Clear();
            resources[0] = new SchemaResource(uri, "");
            resourceByUri.Add(uri.Document, 0);
            return 0;
        }

        resources.Add(new SchemaResource(uri, pointer));
        if (!resourceByUri.TryAdd(uri.Document, resources.Count - 1))
        {
            Report(ErrorCatalogue.Schemas.DuplicateName, at, "Another schema of the document has this $id.");
        }

        return resources.Count - 1;
    }

    private void ReadAnchor(MapValue map, string keyword, SchemaNode node)
    {
        if (!map.TryGet(keyword, out Value anchor))
        {
            return;
        }

        string at = JsonPointer.Child(node.Location, keyword);
        bool wellFormed = anchor.StringOrNull() is { Length: > 0 } text && (char.IsAsciiLetter(text[0]) || text[0] == '_')
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
        if (!wellFormed)
        {
            Report(ErrorCatalogue.Schemas.Malformed, at, $"{keyword} takes a name of letters, digits, '-', '_' and '.'.");
            return;
        }

        SchemaResource resource = resources[node.Resource];
        string name = anchor.AsString();
        bool same = resource.Anchors.TryGetValue(name, out SchemaNode? other) && other == node;
        if (!same && !resource.Anchors.TryAdd(name, node))
        {
            Report(ErrorCatalogue.Schemas.DuplicateName, at, "Another schema of the same resource has this anchor.");
        }
        else if (keyword == "$dynamicAnchor")
        {
            resource.DynamicAnchors[name] = node;
        }
    }

    private void ReadDialect(MapValue map, string pointer)
    {
        if (map.TryGet("$schema", out Value dialect) && dialect.StringOrNull()?.TrimEnd('#') != SchemaKeywords.Dialect)
        {
            Report(ErrorCatalogue.Schemas.OtherDialect, JsonPointer.Child(pointer, "$schema"), $"$schema is not {SchemaKeywords.Dialect}.");
        }

        if (!map.TryGet("$vocabulary", out Value vocabulary))
        {
            return;
        }

        string at = JsonPointer.Child(pointer, "$vocabulary");
        if (vocabulary.MapOrNull() is not { } uses)
        {
            Report(ErrorCatalogue.Schemas.Malformed, at, "$vocabulary takes an object of true and false by URI.");
            return;
        }

        for (int i = 0; i < uses.Count; i++)
        {
            string uri = PlainJson.KeyAt(uses, i);
            bool standard = uri.StartsWith(SchemaKeywords.VocabularyPrefix, StringComparison.Ordinal)
                && Array.IndexOf(SchemaKeywords.Vocabularies, uri[SchemaKeywords.VocabularyPrefix.Length..]) >= 0;
            if (!standard)
            {
                Report(ErrorCatalogue.Schemas.OtherDialect, JsonPointer.Child(at, uri), "Only the standard vocabularies of draft 2020-12 are known.");
            }
        }
    }
}
