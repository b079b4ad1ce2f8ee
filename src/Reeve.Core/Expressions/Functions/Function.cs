using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Functions;

/// <summary>
/// The work of a function over all its overloads of one arity. When there is no value, <paramref name="reason"/> is one of
/// the constants of <see cref="Fault"/> and the result is ignored; <see cref="Fault.WrongType"/> says that no overload fits.
/// </summary>
internal delegate Value FunctionBody(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason);

/// <summary>A function of one name, form (member or not) and number of arguments.</summary>
/// <param name="Name">Its name; functions of a namespace hold a dot.</param>
/// <param name="IsMember">Whether it is called as <c>target.name()</c>; the target is then its first argument.</param>
/// <param name="Arity">How many arguments it takes, the target included; -1 for any number from one on.</param>
/// <param name="Body">Its work.</param>
/// <param name="IsPure">Whether it gives the same for the same arguments in every evaluation, so that it may be folded.</param>
internal sealed record Function(string Name, bool IsMember, int Arity, FunctionBody Body, bool IsPure);
