using Microsoft.Extensions.Logging;

namespace Reeve.Storage.Committing;

/// <summary>What the committer logs; events 2000 to 2099.</summary>
internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Information, "Slot {Slot} is held, its last commit is {N}")]
    internal static partial void SlotTaken(ILogger logger, int slot, long n);

    [LoggerMessage(2001, LogLevel.Warning, "Slot {Slot} was lost before commit {N}; what was to be in it goes through another")]
    internal static partial void SlotLost(ILogger logger, int slot, long n);

    [LoggerMessage(2002, LogLevel.Warning, "Commit {N} of slot {Slot} broke off ({Code}), attempt {Attempt}; COMMIT sent: {CommitSent}")]
    internal static partial void CommitBrokeOff(ILogger logger, Exception fault, int slot, long n, string code, int attempt, bool commitSent);

    [LoggerMessage(2003, LogLevel.Error, "Commit {N} of slot {Slot} was given up ({Code}); {Outcomes} outcomes were refused")]
    internal static partial void CommitGivenUp(ILogger logger, int slot, long n, string code, int outcomes);

    [LoggerMessage(2004, LogLevel.Error, "An outcome cannot be stored ({Code}); the others of its batch are written without it")]
    internal static partial void OutcomeRefused(ILogger logger, Exception fault, string code);

    [LoggerMessage(2005, LogLevel.Warning, "The slots could not be renewed ({Code})")]
    internal static partial void RenewalFailed(ILogger logger, Exception fault, string code);

    [LoggerMessage(2006, LogLevel.Critical, "An I/O error at COMMIT: nobody knows what the file holds, so nothing more is written until it was read anew")]
    internal static partial void Stopped(ILogger logger, Exception fault);

    [LoggerMessage(2007, LogLevel.Warning, "Closing took longer than {LimitMs} ms; {Outcomes} outcomes were refused")]
    internal static partial void ClosedLate(ILogger logger, long limitMs, int outcomes);

    [LoggerMessage(2008, LogLevel.Warning, "Slot {Slot} could not be given back; it expires by itself")]
    internal static partial void SlotKept(ILogger logger, Exception fault, int slot);

    [LoggerMessage(2009, LogLevel.Critical, "The writing loop of slot {Slot} failed; it goes on with the next batch")]
    internal static partial void LoopFailed(ILogger logger, Exception fault, int slot);

    [LoggerMessage(2010, LogLevel.Warning, "Slot {Slot} of node {Node} was not renewed for a lease: it was taken over, and what that node had in memory is free")]
    internal static partial void SlotBuried(ILogger logger, int slot, Guid? node);

    [LoggerMessage(2011, LogLevel.Warning, "The slots of other nodes could not be looked at ({Code})")]
    internal static partial void LookFailed(ILogger logger, Exception fault, string code);

    [LoggerMessage(2012, LogLevel.Warning, "What was being written at the deadline could not be cut off")]
    internal static partial void CutFailed(ILogger logger, Exception fault);
}
