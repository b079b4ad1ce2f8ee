using Reeve.Core.Errors;

namespace Reeve.Core.JsonPaths;

/// <summary>Recursive descent over RFC 9535's grammar; depth and length are bounded before anything recurses.</summary>
internal sealed partial class PathParser
{
    private const int LongestText = 4_096;
    private const int MostSegments = 128;
    private const int DeepestFilter = 32;

    private readonly PathScanner scan;
    private int depth;

    private PathParser(string text) => scan = new PathScanner(text);

    /// <exception cref="ReeveException">PATH-001 to PATH-004.</exception>
    internal static PathQuery Parse(string text)
    {
        PathParser parser = new(text);
        if (text.Length > LongestText)
        {
            throw parser.scan.Fault(ErrorCatalogue.JsonPath.TooComplex, $"The path is longer than {LongestText} characters.");
        }

        parser.scan.Take("$");
        PathQuery query = new(FromRoot: true, parser.Segments());
        return parser.scan.AtEnd ? query : throw parser.scan.Fault(ErrorCatalogue.JsonPath.Malformed, "The path should end here, or go on with '.', '..' or '['.");
    }

    private Segment[] Segments()
    {
        List<Segment> segments = [];
        while (true)
        {
            // Blanks may stand before a segment, but not at the end of the path: they are only taken if one follows.
            int ahead = scan.Offset;
            scan.SkipBlanks();
            if (scan.Current is not ('.' or '['))
            {
                if (scan.AtEnd && scan.Offset > ahead)
                {
                    throw scan.Fault(ErrorCatalogue.JsonPath.Malformed, "The path ends in blanks.", ahead);
                }

                return [.. segments];
            }

            if (segments.Count == MostSegments)
            {
                throw scan.Fault(ErrorCatalogue.JsonPath.TooComplex, $"The path has more than {MostSegments} segments.");
            }

            segments.Add(Segment());
        }
    }

    private Segment Segment()
    {
        bool descendant = scan.TryTake("..");
        if (!descendant && scan.TryTake("."))
        {
            return new Segment(false, [Shorthand()]);
        }

        return scan.Current == '[' ? new Segment(descendant, Bracketed()) : new Segment(descendant, [Shorthand()]);
    }

    private Selector Shorthand() => scan.TryTake("*") ? new WildcardSelector() : new NameSelector(scan.Name());

    private Selector[] Bracketed()
    {
        scan.Take("[");
        List<Selector> selectors = [];
        do
        {
            scan.SkipBlanks();
            selectors.Add(Selector());
            scan.SkipBlanks();
        }
        while (scan.TryTake(","));

        scan.Take("]");
        return [.. selectors];
    }

    private Selector Selector()
    {
        switch (scan.Current)
        {
            case '\'' or '"': return new NameSelector(scan.QuotedString());
            case '*':
                scan.Take("*");
                return new WildcardSelector();
            case '?':
                scan.Take("?");
                scan.SkipBlanks();
                return new FilterSelector(Condition());
            default: return IndexOrSlice();
        }
    }

    private Selector IndexOrSlice()
    {
        long? start = scan.Integer();
        int afterStart = scan.Offset;
        scan.SkipBlanks();
        if (!scan.TryTake(":"))
        {
            return start is { } index
                ? new IndexSelector(index)
                : throw scan.Fault(ErrorCatalogue.JsonPath.Malformed, "A name in quotes, an index, a slice, '*' or '?' was expected.", afterStart);
        }

        scan.SkipBlanks();
        long? end = scan.Integer();
        scan.SkipBlanks();
        long? step = null;
        if (scan.TryTake(":"))
        {
            scan.SkipBlanks();
            step = scan.Integer();
        }

        return new SliceSelector(start, end, step ?? 1);
    }
}
