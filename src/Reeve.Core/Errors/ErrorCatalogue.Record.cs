namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>The record: reading it by position, writing it once.</summary>
    public static class Record
    {
        /// <summary>A position that no log of ours gave, or a text that is none.</summary>
        public static readonly ErrorCode BadPosition = new("REC-001", "The position in the log cannot be read.", 400, "Send a position that Reeve gave, for example 1:881,2:12, or none.");

        /// <summary>The store was restored to before the position, or it is another store's.</summary>
        public static readonly ErrorCode PositionAhead = new("REC-002", "The position lies beyond the end of the log.", 409, "The store was restored, or it is another one: start anew from the beginning or the end of the log.");

        /// <summary>What lies behind the position is no longer listed.</summary>
        public static readonly ErrorCode PositionGone = new("REC-003", "The position lies before what the log still lists.", 410, "Start anew: read the present state, then follow the log from its end.");

        /// <summary>Another process moved the reader.</summary>
        public static readonly ErrorCode ReaderMoved = new("REC-004", "Another process has moved this reader on.", 409, "Read the reader's position again and go on from there.", IsTransient: true);

        /// <summary>A cursor that no list of ours gave.</summary>
        public static readonly ErrorCode BadCursor = new("REC-005", "The cursor cannot be read.", 400, "Send the cursor of the page before unchanged, or none for the first page.");

        /// <summary>The connection broke during a commit and the store did not come back in time.</summary>
        public static readonly ErrorCode OutcomeUnknown = new("REC-006", "Nobody knows yet whether it was stored.", 503, "Look whether it is there before you send it again.", IsTransient: true);

        /// <summary>The committer was closed or has stopped.</summary>
        public static readonly ErrorCode Stopped = new("REC-007", "This process writes no more.", 503, "It is shutting down, or its disk failed at a commit: then check the disk and start it again. Nothing of this was stored.", IsTransient: true);

        /// <summary>Others changed the exception each time before this was stored.</summary>
        public static readonly ErrorCode Busy = new("REC-008", "The exception is being changed by others.", 503, "Send it again; it was not stored.", IsTransient: true);
    }
}
