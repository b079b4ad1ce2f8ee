using System.Collections.Frozen;
using Reeve.Core.Expressions.Texts;
using Reeve.Core.Expressions.Times;

namespace Reeve.Core.Expressions.Functions;

/// <summary>
/// Every function: its name, its form, its work and the signatures the checker knows. <c>docs/expressions.md</c> lists the
/// same; a test compares them.
/// </summary>
internal static class FunctionTable
{
    private const int AnyArity = -1;

    private static readonly List<Entry> Entries = [];

    static FunctionTable()
    {
        RegisterConversions();
        RegisterStrings();
        RegisterTimes();
        RegisterMath();
        RegisterCollections();
        RegisterOptionals();
        RegisterNetwork();
        RegisterCalendars();
        Functions = Entries.ToFrozenDictionary(entry => (entry.Function.Name, entry.Function.IsMember, entry.Function.Arity), entry => entry.Function);
        Signatures = Entries.GroupBy(entry => (entry.Function.Name, entry.Function.IsMember))
            .ToFrozenDictionary(group => group.Key, group => group.SelectMany(entry => entry.Signatures).ToArray());
        Names = Entries.Select(entry => entry.Function.Name).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>The functions by name, form and number of arguments.</summary>
    internal static FrozenDictionary<(string Name, bool IsMember, int Arity), Function> Functions { get; }

    /// <summary>The signatures of a name and form, such as <c>(string, int) -> string</c>; a single capital letter is a type parameter.</summary>
    internal static FrozenDictionary<(string Name, bool IsMember), string[]> Signatures { get; }

    /// <summary>Every name.</summary>
    internal static FrozenSet<string> Names { get; }

    /// <summary>Finds the function a call means; null when there is none of that name, form and arity.</summary>
    internal static Function? Find(string name, bool isMember, int arity) =>
        Functions.TryGetValue((name, isMember, arity), out Function? exact) || Functions.TryGetValue((name, isMember, AnyArity), out exact) ? exact : null;

    private static void RegisterConversions()
    {
        Global("bool", Conversions.Bool, "(bool) -> bool", "(string) -> bool");
        Global("int", Conversions.Int, "(int) -> int", "(uint) -> int", "(double) -> int", "(string) -> int", "(google.protobuf.Timestamp) -> int");
        Global("uint", Conversions.Uint, "(uint) -> uint", "(int) -> uint", "(double) -> uint", "(string) -> uint");
        Global("double", Conversions.Double, "(double) -> double", "(int) -> double", "(uint) -> double", "(string) -> double");
        Global("string", Conversions.String, "(string) -> string", "(bool) -> string", "(int) -> string", "(uint) -> string", "(double) -> string",
            "(bytes) -> string", "(google.protobuf.Timestamp) -> string", "(google.protobuf.Duration) -> string", "(net.IP) -> string", "(net.CIDR) -> string");
        Global("bytes", Conversions.Bytes, "(bytes) -> bytes", "(string) -> bytes");
        Global("timestamp", Conversions.Timestamp, "(google.protobuf.Timestamp) -> google.protobuf.Timestamp", "(string) -> google.protobuf.Timestamp",
            "(int) -> google.protobuf.Timestamp");
        Global("duration", Conversions.Duration, "(google.protobuf.Duration) -> google.protobuf.Duration", "(string) -> google.protobuf.Duration");
        Global("type", Conversions.Type, "(A) -> type(A)");
        string[] sizes = ["(string) -> int", "(bytes) -> int", "(list(A)) -> int", "(map(A, B)) -> int"];
        Global("size", Conversions.Size, sizes);
        Member("size", Conversions.Size, sizes);
    }

    private static void RegisterStrings()
    {
        Member("contains", StringFunctions.Contains, "(string, string) -> bool");
        Member("startsWith", StringFunctions.StartsWith, "(string, string) -> bool");
        Member("endsWith", StringFunctions.EndsWith, "(string, string) -> bool");
        Member("matches", Regexes.Matches, "(string, string) -> bool");
        Global("matches", Regexes.Matches, "(string, string) -> bool");
        Member("charAt", StringFunctions.CharAt, "(string, int) -> string");
        Member("indexOf", StringFunctions.IndexOf, "(string, string) -> int");
        Member("indexOf", StringFunctions.IndexOf, "(string, string, int) -> int");
        Member("lastIndexOf", StringFunctions.LastIndexOf, "(string, string) -> int");
        Member("lastIndexOf", StringFunctions.LastIndexOf, "(string, string, int) -> int");
        Member("lowerAscii", StringFunctions.LowerAscii, "(string) -> string");
        Member("upperAscii", StringFunctions.UpperAscii, "(string) -> string");
        Member("trim", StringFunctions.Trim, "(string) -> string");
        Member("replace", StringSplitting.Replace, "(string, string, string) -> string");
        Member("replace", StringSplitting.Replace, "(string, string, string, int) -> string");
        Member("split", StringSplitting.Split, "(string, string) -> list(string)");
        Member("split", StringSplitting.Split, "(string, string, int) -> list(string)");
        Member("substring", StringFunctions.Substring, "(string, int) -> string");
        Member("substring", StringFunctions.Substring, "(string, int, int) -> string");
        Member("join", StringFunctions.Join, "(list(string)) -> string");
        Member("join", StringFunctions.Join, "(list(string), string) -> string");
        Member("format", FormatFunction.Format, "(string, list(dyn)) -> string");
        Global("strings.quote", StringFunctions.Quote, "(string) -> string");
        Global("base64.encode", Encoders.Encode, "(bytes) -> string");
        Global("base64.decode", Encoders.Decode, "(string) -> bytes");
    }

    private static void RegisterTimes()
    {
        Getter("getFullYear", TimeFunctions.FullYear);
        Getter("getMonth", TimeFunctions.Month);
        Getter("getDate", TimeFunctions.Date);
        Getter("getDayOfMonth", TimeFunctions.DayOfMonth);
        Getter("getDayOfWeek", TimeFunctions.DayOfWeek);
        Getter("getDayOfYear", TimeFunctions.DayOfYear);
        Getter("getHours", TimeFunctions.Hours, "(google.protobuf.Duration) -> int");
        Getter("getMinutes", TimeFunctions.Minutes, "(google.protobuf.Duration) -> int");
        Getter("getSeconds", TimeFunctions.Seconds, "(google.protobuf.Duration) -> int");
        Getter("getMilliseconds", TimeFunctions.Milliseconds, "(google.protobuf.Duration) -> int");
    }

    private static void RegisterMath()
    {
        Entries.Add(new Entry(new Function("math.greatest", IsMember: false, AnyArity, MathFunctions.Greatest, IsPure: true), []));
        Entries.Add(new Entry(new Function("math.least", IsMember: false, AnyArity, MathFunctions.Least, IsPure: true), []));
        Global("math.ceil", MathFunctions.Ceil, "(double) -> double");
        Global("math.floor", MathFunctions.Floor, "(double) -> double");
        Global("math.round", MathFunctions.Round, "(double) -> double");
        Global("math.trunc", MathFunctions.Truncate, "(double) -> double");
        Global("math.sqrt", MathFunctions.SquareRoot, "(double) -> double", "(int) -> double", "(uint) -> double");
        Global("math.isNaN", MathFunctions.IsNaN, "(double) -> bool");
        Global("math.isInf", MathFunctions.IsInfinite, "(double) -> bool");
        Global("math.isFinite", MathFunctions.IsFinite, "(double) -> bool");
        Global("math.abs", MathFunctions.Absolute, "(int) -> int", "(uint) -> uint", "(double) -> double");
        Global("math.sign", MathFunctions.Sign, "(int) -> int", "(uint) -> uint", "(double) -> double");
        Global("math.bitAnd", MathFunctions.BitAnd, "(int, int) -> int", "(uint, uint) -> uint");
        Global("math.bitOr", MathFunctions.BitOr, "(int, int) -> int", "(uint, uint) -> uint");
        Global("math.bitXor", MathFunctions.BitXor, "(int, int) -> int", "(uint, uint) -> uint");
        Global("math.bitNot", MathFunctions.BitNot, "(int) -> int", "(uint) -> uint");
        Global("math.bitShiftLeft", MathFunctions.ShiftLeft, "(int, int) -> int", "(uint, int) -> uint");
        Global("math.bitShiftRight", MathFunctions.ShiftRight, "(int, int) -> int", "(uint, int) -> uint");
    }

    private static void RegisterCollections()
    {
        Member("slice", ListFunctions.Slice, "(list(A), int, int) -> list(A)");
        Member("flatten", ListFunctions.Flatten, "(list(list(A))) -> list(A)", "(list(dyn)) -> list(dyn)");
        Member("flatten", ListFunctions.Flatten, "(list(dyn), int) -> list(dyn)");
        Member("distinct", ListFunctions.Distinct, "(list(A)) -> list(A)");
        Member("sort", ListFunctions.Sort, "(list(A)) -> list(A)");
        Member("reverse", ListFunctions.Reverse, "(string) -> string", "(list(A)) -> list(A)");
        Member("first", ListFunctions.First, "(list(A)) -> optional_type(A)");
        Member("last", ListFunctions.Last, "(list(A)) -> optional_type(A)");
        Global("lists.range", ListFunctions.Range, "(int) -> list(int)");
        Global("sets.contains", ListFunctions.SetContains, "(list(A), list(A)) -> bool");
        Global("sets.equivalent", ListFunctions.SetEquivalent, "(list(A), list(A)) -> bool");
        Global("sets.intersects", ListFunctions.SetIntersects, "(list(A), list(A)) -> bool");
    }

    private static void RegisterOptionals()
    {
        Global("optional.none", OptionalFunctions.None, "() -> optional_type(A)");
        Global("optional.of", OptionalFunctions.Of, "(A) -> optional_type(A)");
        Global("optional.ofNonZeroValue", OptionalFunctions.OfNonZero, "(A) -> optional_type(A)");
        Global("optional.unwrap", OptionalFunctions.Unwrap, "(list(optional_type(A))) -> list(A)");
        Member("unwrapOpt", OptionalFunctions.Unwrap, "(list(optional_type(A))) -> list(A)");
        Member("hasValue", OptionalFunctions.HasValue, "(optional_type(A)) -> bool");
        Member("value", OptionalFunctions.GetValue, "(optional_type(A)) -> A");
        Member("or", OptionalFunctions.Or, "(optional_type(A), optional_type(A)) -> optional_type(A)");
        Member("orValue", OptionalFunctions.OrValue, "(optional_type(A), A) -> A");
    }

    private static void RegisterNetwork()
    {
        Global("ip", NetworkFunctions.Ip, "(string) -> net.IP");
        Global("isIP", NetworkFunctions.IsIp, "(string) -> bool");
        Global("ip.isCanonical", NetworkFunctions.IsCanonical, "(string) -> bool");
        Global("cidr", NetworkFunctions.Cidr, "(string) -> net.CIDR");
        Global("isCIDR", NetworkFunctions.IsCidr, "(string) -> bool");
        Member("ip", NetworkFunctions.Ip, "(net.CIDR) -> net.IP");
        Member("family", NetworkFunctions.Family, "(net.IP) -> int");
        Member("isUnspecified", NetworkFunctions.IsUnspecified, "(net.IP) -> bool");
        Member("isLoopback", NetworkFunctions.IsLoopback, "(net.IP) -> bool");
        Member("isGlobalUnicast", NetworkFunctions.IsGlobalUnicast, "(net.IP) -> bool");
        Member("isLinkLocalMulticast", NetworkFunctions.IsLinkLocalMulticast, "(net.IP) -> bool");
        Member("isLinkLocalUnicast", NetworkFunctions.IsLinkLocalUnicast, "(net.IP) -> bool");
        Member("prefixLength", NetworkFunctions.PrefixLength, "(net.CIDR) -> int");
        Member("masked", NetworkFunctions.Masked, "(net.CIDR) -> net.CIDR");
        Member("containsIP", NetworkFunctions.Contains, "(net.CIDR, net.IP) -> bool", "(net.CIDR, string) -> bool");
        Member("containsCIDR", NetworkFunctions.Contains, "(net.CIDR, net.CIDR) -> bool", "(net.CIDR, string) -> bool");
    }

    private static void RegisterCalendars()
    {
        Add("businessDays.add", isMember: false, CalendarFunctions.Add, ["(google.protobuf.Timestamp, int, string) -> google.protobuf.Timestamp"], isPure: false);
        Add("businessDays.between", isMember: false, CalendarFunctions.Between, ["(google.protobuf.Timestamp, google.protobuf.Timestamp, string) -> int"], isPure: false);
    }

    private static void Global(string name, FunctionBody body, params string[] signatures) => Add(name, isMember: false, body, signatures, isPure: true);

    private static void Member(string name, FunctionBody body, params string[] signatures) => Add(name, isMember: true, body, signatures, isPure: true);

    private static void Getter(string name, FunctionBody body, params string[] more)
    {
        Member(name, body, ["(google.protobuf.Timestamp) -> int", .. more]);
        Member(name, body, "(google.protobuf.Timestamp, string) -> int");
    }

    // All signatures of one registration take the same number of arguments.
    private static void Add(string name, bool isMember, FunctionBody body, string[] signatures, bool isPure) =>
        Entries.Add(new Entry(new Function(name, isMember, ArityOf(signatures[0]), body, isPure), signatures));

    private static int ArityOf(string signature)
    {
        ReadOnlySpan<char> parameters = signature.AsSpan(0, signature.IndexOf("->", StringComparison.Ordinal));
        int depth = 0;
        int arity = parameters.Contains("()", StringComparison.Ordinal) ? 0 : 1;
        foreach (char c in parameters)
        {
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            arity += c == ',' && depth == 1 ? 1 : 0;
        }

        return arity;
    }

    private sealed record Entry(Function Function, string[] Signatures);
}
