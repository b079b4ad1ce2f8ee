using Reeve.Core.Patterns;

namespace Reeve.Tests.Patterns;

/// <summary>
/// Random expressions against a matcher that knows nothing of automata: each piece says, for a text and a place, at which
/// places it can end. (.NET's own engines are no oracle: <c>(?:aa?|)+</c> does not match an empty text there.)
/// </summary>
public sealed class PatternOracleTests
{
    private sealed record Piece(string Text, Func<string, int, SortedSet<int>> Ends);

    [Theory]
    [InlineData(20260301)]
    [InlineData(7)]
    [InlineData(1234567)]
    public void Generated_patterns_match_what_their_pieces_say(int seed)
    {
        Random random = new(seed);
        int compared = 0;
        int found = 0;
        for (int i = 0; i < 3_000; i++)
        {
            Piece piece = Choice(random, 3);
            Pattern pattern;
            try
            {
                pattern = Pattern.Compile(piece.Text, PatternSyntax.Re2);
            }
            catch (PatternException error) when (error.Error.Code == "PAT-003")
            {
                continue;
            }

            for (int k = 0; k < 10; k++)
            {
                string input = string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => "aaab\né"[random.Next(6)]));
                bool expected = Enumerable.Range(0, input.Length + 1).Any(start => piece.Ends(input, start).Count > 0);

                pattern.IsMatch(input).ShouldBe(expected, $"seed {seed}: /{piece.Text}/ on \"{input}\"");
                compared++;
                found += expected ? 1 : 0;
            }
        }

        compared.ShouldBeGreaterThan(20_000);
        found.ShouldBeInRange(compared / 10, compared * 9 / 10, $"seed {seed}: the texts no longer tell patterns apart");
    }

    private static Piece Choice(Random random, int depth)
    {
        Piece[] branches = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Sequence(random, depth))];
        return new Piece(
            string.Join('|', branches.Select(branch => branch.Text)),
            (input, at) => [.. branches.SelectMany(branch => branch.Ends(input, at))]);
    }

    private static Piece Sequence(Random random, int depth)
    {
        Piece[] items = [.. Enumerable.Range(0, random.Next(depth == 3 ? 2 : 0, 5)).Select(_ => Repeated(random, depth))];
        return new Piece(
            string.Concat(items.Select(item => item.Text)),
            (input, at) => items.Aggregate(new SortedSet<int> { at }, (places, item) => [.. places.SelectMany(place => item.Ends(input, place))]));
    }

    private static Piece Repeated(Random random, int depth)
    {
        Piece atom = Atom(random, depth);
        (string text, int min, int max) = random.Next(12) switch
        {
            0 => ("*", 0, 99),
            1 => ("+", 1, 99),
            2 => ("?", 0, 1),
            3 => ("{2}", 2, 2),
            4 => ("{1,2}", 1, 2),
            5 => ("{0,2}", 0, 2),
            6 => ("{2,}", 2, 99),
            7 => ("{3}?", 3, 3),
            8 => ("+?", 1, 99),
            9 => ("{0}", 0, 0),
            _ => ("", 1, 1),
        };
        return new Piece(atom.Text + text, (input, at) =>
        {
            SortedSet<int> ends = min == 0 ? [at] : [];
            SortedSet<int> places = [at];

            // More rounds than the text has places find nothing new.
            for (int round = 1; round <= Math.Min(max, input.Length + 3); round++)
            {
                places = [.. places.SelectMany(place => atom.Ends(input, place))];
                if (round >= min)
                {
                    ends.UnionWith(places);
                }
            }

            return ends;
        });
    }

    private static Piece Atom(Random random, int depth)
    {
        switch (random.Next(depth > 0 ? 15 : 10))
        {
            case 0: return One(".", c => c != '\n');
            case 1: return One("\\w", c => c is 'a' or 'b');
            case 2: return One("[^a]", c => c != 'a');
            case 3: return One("[aé]", c => c is 'a' or 'é');
            case 4: return Place("(?:^)", (_, at) => at == 0);
            case 5: return Place("(?:$)", (input, at) => at == input.Length);
            case 6: return Place("(?:\\b)", (input, at) => IsWord(input, at - 1) != IsWord(input, at));
            case 7: return Place("(?:\\B)", (input, at) => IsWord(input, at - 1) == IsWord(input, at));
            case 8: return Place("(?m:$)", (input, at) => at == input.Length || input[at] == '\n');
            case 9: return One("b", c => c == 'b');
            case 10 or 11: return One("a", c => c == 'a');
            default:
                Piece inner = Choice(random, depth - 1);
                return inner with { Text = "(" + inner.Text + ")" };
        }
    }

    private static Piece One(string text, Func<char, bool> matches) =>
        new(text, (input, at) => at < input.Length && matches(input[at]) ? [at + 1] : []);

    private static Piece Place(string text, Func<string, int, bool> holds) =>
        new(text, (input, at) => holds(input, at) ? [at] : []);

    private static bool IsWord(string input, int at) => at >= 0 && at < input.Length && input[at] is 'a' or 'b';
}
