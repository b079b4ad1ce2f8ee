namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Requests that the server cannot take as they are.</summary>
    public static class Http
    {
        /// <summary>The request breaks HTTP's own rules, or ends before its body does.</summary>
        public static readonly ErrorCode BadRequest = new("HTTP-001", "The request cannot be read.", 400, "Mend the request; docs/http.md shows one of each kind.");

        /// <summary>No route of that path.</summary>
        public static readonly ErrorCode NoRoute = new("HTTP-002", "There is no such route.", 404, "See /docs or docs/http.md for the routes.");

        /// <summary>The tenant has nothing of that id; whether another one has is not told.</summary>
        public static readonly ErrorCode NotFound = new("HTTP-003", "There is nothing of that id.", 404, "Check the id; lists give those there are.");

        /// <summary>The route is there, not with that method.</summary>
        public static readonly ErrorCode WrongMethod = new("HTTP-004", "The route does not take this method.", 405, "Use a method of the header Allow.");

        /// <summary>A body over the limit, in bytes or in items.</summary>
        public static readonly ErrorCode BodyTooLarge = new("HTTP-005", "The request's body is too large.", 413, "Send at most 10 MB and 100,000 items at once, or JSON Lines (application/jsonl), which have no limit.");

        /// <summary>A media type, character set or encoding that the route does not read.</summary>
        public static readonly ErrorCode WrongType = new("HTTP-006", "The request's body is of a type that is not read here.", 415, "Send UTF-8 JSON and say so: Content-Type: application/json.");

        /// <summary>A query parameter that is unknown, given twice or cannot be read.</summary>
        public static readonly ErrorCode BadParameter = new("HTTP-007", "A parameter cannot be used.", 400, "Correct the parameter named; docs/http.md lists those of the route.");

        /// <summary>Header fields over the limit.</summary>
        public static readonly ErrorCode HeadersTooLarge = new("HTTP-008", "The request's header fields are too large.", 431, "Send fewer or shorter header fields: at most 100 with 32 KiB together.");

        /// <summary>A target over the limit.</summary>
        public static readonly ErrorCode TargetTooLong = new("HTTP-009", "The request's target is too long.", 414, "Shorten the path and the query to 8 KiB.");

        /// <summary>The server has not finished starting.</summary>
        public static readonly ErrorCode Starting = new("HTTP-010", "The server is starting.", 503, "Try again in a few seconds.", IsTransient: true);

        /// <summary>The server finishes what it has and takes nothing new.</summary>
        public static readonly ErrorCode Draining = new("HTTP-011", "The server is stopping.", 503, "Send it to another node, or try again in a minute.", IsTransient: true);

        /// <summary>The body came too slowly.</summary>
        public static readonly ErrorCode TooSlow = new("HTTP-012", "The request's body came too slowly.", 408, "Send it again, without pauses; JSON Lines may take their time.", IsTransient: true);

        /// <summary>Every item of an ingestion was refused, for several reasons.</summary>
        public static readonly ErrorCode NothingAccepted = new("HTTP-013", "None of the exceptions was accepted.", 422, "Mend the items as errors says, and send them again.");

        /// <summary>JSON that is not what the route asks for.</summary>
        public static readonly ErrorCode BadBody = new("HTTP-014", "The body is not what this route takes.", 422, "Mend the member that pointer names; docs/http.md shows the body.");

        /// <summary>A pack's file outside the folders that the settings name.</summary>
        public static readonly ErrorCode OutsideFolders = new("HTTP-015", "The path is not in a configured pack folder.", 400, "Name a file inside a folder of packs.folders, or a stored version as DOMAIN@VERSION.");

        /// <summary>An Idempotency-Key under which something else was sent.</summary>
        public static readonly ErrorCode KeyReused = new("HTTP-016", "The Idempotency-Key was used for something else.", 422, "Give each request a key of its own, and the same key only to the same request sent again.");

        /// <summary>An Idempotency-Key whose first request is not done.</summary>
        public static readonly ErrorCode KeyInUse = new("HTTP-017", "What was sent under this Idempotency-Key is still being worked on.", 409, "Send it again after the time in Retry-After.", IsTransient: true);
    }
}
