using Reeve.Core.Errors;
using Reeve.Core.Patterns;
using Reeve.Core.Values;

namespace Reeve.Core.JsonPaths;

// Conditions of filters: RFC 9535, section 2.3.5, and the well-typedness of functions, section 2.4.3.
internal sealed partial class PathParser
{
    private static readonly (string Text, Comparator Comparator)[] Comparators =
    [
        ("==", Comparator.Equal), ("!=", Comparator.NotEqual), ("<=", Comparator.LessOrEqual),
        (">=", Comparator.GreaterOrEqual), ("<", Comparator.Less), (">", Comparator.Greater),
    ];

    private Logical Condition()
    {
        if (++depth > DeepestFilter)
        {
            throw scan.Fault(ErrorCatalogue.JsonPath.TooComplex, $"Filters are nested deeper than {DeepestFilter} levels.");
        }

        Logical condition = Joined("||", () => Joined("&&", Basic, parts => new AllOf(parts)), parts => new AnyOf(parts));
        depth--;
        return condition;
    }

    private Logical Joined(string word, Func<Logical> part, Func<Logical[], Logical> join)
    {
        List<Logical> parts = [part()];
        while (TakeAfterBlanks(word))
        {
            scan.SkipBlanks();
            parts.Add(part());
        }

        return parts is [var only] ? only : join([.. parts]);
    }

    // Blanks before a word that does not follow belong to whatever does.
    private bool TakeAfterBlanks(string word)
    {
        scan.SkipBlanks();
        return scan.TryTake(word);
    }

    private Logical Basic()
    {
        int start = scan.Offset;
        if (scan.Current == '!')
        {
            scan.Take("!");
            scan.SkipBlanks();
            Logical part = scan.Current == '(' ? Parenthesised() : TestOrComparison();
            return part is Comparison
                ? throw scan.Fault(ErrorCatalogue.JsonPath.Malformed, "'!' negates a query, match, search or a bracket; put the comparison in brackets.", start)
                : new Negation(part);
        }

        return scan.Current == '(' ? Parenthesised() : TestOrComparison();
    }

    private Logical Parenthesised()
    {
        scan.Take("(");
        scan.SkipBlanks();
        Logical inner = Condition();
        scan.SkipBlanks();
        scan.Take(")");

        // Only wrapped so that "!(a == b)" can be told from "!a == b".
        return new AllOf([inner]);
    }

    private Logical TestOrComparison()
    {
        int start = scan.Offset;
        object left = Term();
        if (left is PatternTest test)
        {
            return test;
        }

        scan.SkipBlanks();
        foreach ((string text, Comparator comparator) in Comparators)
        {
            if (scan.TryTake(text))
            {
                scan.SkipBlanks();
                int rightStart = scan.Offset;
                Operand right = Comparable(Term(), rightStart);
                return new Comparison(comparator, Comparable(left, start), right);
            }
        }

        return left switch
        {
            PathQuery query => new Existence(query),
            LiteralOperand => throw scan.Fault(ErrorCatalogue.JsonPath.Malformed, "A literal must be compared with something.", start),
            _ => throw scan.Fault(ErrorCatalogue.JsonPath.IllTyped, "The function's result must be compared with something.", start),
        };
    }

    private Operand Comparable(object term, int start) => term switch
    {
        Operand operand => operand,
        PathQuery { IsSingular: true } query => new NodeOperand(query),
        PathQuery => throw scan.Fault(ErrorCatalogue.JsonPath.IllTyped, "Only a query of single names and indexes can be compared; use value() or count() for others.", start),
        _ => throw scan.Fault(ErrorCatalogue.JsonPath.IllTyped, "match and search are conditions: their result cannot be compared.", start),
    };

    // A PathQuery, an Operand or a PatternTest: what it may be used for depends on what follows.
    private object Term()
    {
        switch (scan.Current)
        {
            case '@':
                scan.Take("@");
                return new PathQuery(FromRoot: false, Segments());
            case '$':
                scan.Take("$");
                return new PathQuery(FromRoot: true, Segments());
            case '\'' or '"': return new LiteralOperand(Value.Of(scan.QuotedString()));
        }

        int start = scan.Offset;
        if (scan.FunctionName() is { } name)
        {
            return Function(name, start);
        }

        if (scan.Number() is { } number)
        {
            return new LiteralOperand(number);
        }

        string word = scan.AtNameStart ? scan.Name() : "";
        return word switch
        {
            "true" => new LiteralOperand(Value.True),
            "false" => new LiteralOperand(Value.False),
            "null" => new LiteralOperand(Value.Null),
            _ => throw scan.Fault(ErrorCatalogue.JsonPath.Malformed, "A query, a literal or a function was expected.", start),
        };
    }

    private object Function(string name, int start)
    {
        if (++depth > DeepestFilter)
        {
            throw scan.Fault(ErrorCatalogue.JsonPath.TooComplex, $"Filters are nested deeper than {DeepestFilter} levels.");
        }

        List<object> arguments = [];
        scan.Take("(");
        scan.SkipBlanks();
        while (scan.Current != ')')
        {
            arguments.Add(Term());
            scan.SkipBlanks();
            if (!scan.TryTake(","))
            {
                break;
            }

            scan.SkipBlanks();
            if (scan.Current == ')')
            {
                throw scan.Fault(ErrorCatalogue.JsonPath.Malformed, "An argument was expected after ','.");
            }
        }

        scan.Take(")");
        depth--;
        int expected = name switch
        {
            "length" or "count" or "value" => 1,
            "match" or "search" => 2,
            _ => throw scan.Fault(ErrorCatalogue.JsonPath.IllTyped, $"There is no function '{name}'.", start),
        };
        if (arguments.Count != expected)
        {
            throw scan.Fault(ErrorCatalogue.JsonPath.IllTyped, $"{name} takes {expected} argument{(expected == 1 ? "" : "s")}, not {arguments.Count}.", start);
        }

        return name switch
        {
            "length" => new LengthOperand(Comparable(arguments[0], start)),
            "count" => new CountOperand(Nodes(name, arguments[0], start)),
            "value" => new SoleValueOperand(Nodes(name, arguments[0], start)),
            _ => Match(name, Comparable(arguments[0], start), Comparable(arguments[1], start), start),
        };
    }

    private PathQuery Nodes(string name, object term, int start) => term as PathQuery
        ?? throw scan.Fault(ErrorCatalogue.JsonPath.IllTyped, $"{name} takes a query.", start);

    private PatternTest Match(string name, Operand input, Operand pattern, int start)
    {
        bool whole = name == "match";
        if (pattern is not LiteralOperand literal || literal.Value.StringOrNull() is not { } text)
        {
            return new PatternTest(whole, input, pattern, null);
        }

        // RFC 9535 lets a bad pattern be a quiet false; a pack's author is better served by an error.
        try
        {
            return new PatternTest(whole, input, pattern, IRegexp.Compile(text, whole));
        }
        catch (ReeveException fault)
        {
            throw scan.Fault(ErrorCatalogue.JsonPath.BadPattern, fault.Error.Message, start);
        }
    }
}
