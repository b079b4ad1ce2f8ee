using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Evaluation;

/// <summary>
/// What one evaluation carries down the tree. It is passed by reference and lives on the stack; nodes hold no state of an evaluation, so a tree is
/// shared by threads.
/// </summary>
internal struct EvalContext
{
    internal readonly Activation Activation;
    internal readonly FaultCache Faults;
    internal readonly ExpressionMode Mode;

    // Loop and bound variables, by the number the builder gave them.
    internal readonly Value[] Locals;

    // Cost units left. Nodes subtract as they go and loops stop when it is negative; whoever started the evaluation
    // replaces any answer reached with a negative balance, so a node may overdraw but nothing is decided by it.
    internal int Left;

    // Set by Node.Test when it answers Unknown.
    internal ValueError? Why;

    internal EvalContext(Activation activation, FaultCache faults, ExpressionMode mode, Value[] locals, int budget)
    {
        Activation = activation;
        Faults = faults;
        Mode = mode;
        Locals = locals;
        Left = budget;
    }

    internal readonly bool IsStrict => Mode == ExpressionMode.Strict;

    /// <summary>Whether operations on what is missing are unknown, rather than CEL's own answer for null.</summary>
    internal readonly bool IsCondition => Mode == ExpressionMode.Condition;

    internal readonly bool IsExhausted => Left < 0;

    // Charges for walking over so many characters or bytes.
    internal void ChargeText(int length) => Left -= (length / 10) + 1;
}
