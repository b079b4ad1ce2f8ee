using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Reeve.Server.Api;

/// <summary>Which page of a list is asked for: by number (<c>page</c>, <c>page_size</c>), or by place (<c>limit</c>, <c>cursor</c>), EX-HTTP-2.</summary>
/// <param name="Number">From 1; 1 when asked by place.</param>
/// <param name="Size">How many items.</param>
/// <param name="Cursor">Where the page before ended; null for the first.</param>
/// <param name="ByPlace">Whether it is asked by place.</param>
internal sealed record PageRequest(int Number, int Size, string? Cursor, bool ByPlace)
{
    /// <summary>The parameters.</summary>
    internal static readonly string[] Parameters = ["page", "page_size", "limit", "cursor"];

    private const int DefaultSize = 50;
    private const int LargestNumbered = 100;
    private const int Largest = 10_000;

    // Pages by number are found by counting from the newest; deeper than this a cursor is asked for.
    private const int Deepest = 10_000;

    /// <summary>How many items stand before it, when it is asked by number.</summary>
    internal int Skip => ByPlace ? 0 : (Number - 1) * Size;

    /// <summary>How many pages there are of so many items: by number no more than can be asked for.</summary>
    internal long PagesOf(long total)
    {
        long pages = (total + Size - 1) / Size;
        return ByPlace ? pages : Math.Min(pages, Deepest / Size);
    }

    internal static PageRequest Read(QueryText query)
    {
        int? number = query.Number("page", 1, int.MaxValue);
        int? size = query.Number("page_size", 1, LargestNumbered);
        int? limit = query.Number("limit", 1, Largest);
        string? cursor = query.Text("cursor");
        bool byPlace = query.Has("limit") || query.Has("cursor");
        if (byPlace && (query.Has("page") || query.Has("page_size")))
        {
            query.Fail(query.Has("page") ? "page" : "page_size", "It does not go with limit or cursor: page by number, or by place.");
        }

        if ((long)(number ?? 1) * (size ?? DefaultSize) > Deepest)
        {
            query.Fail("page", $"Only the first {Deepest:N0} items are paged by number; go on with limit and cursor.");
        }

        return new PageRequest(number ?? 1, (byPlace ? limit : size) ?? DefaultSize, cursor, byPlace);
    }

    /// <summary>Names the next page in the header <c>Link</c> (RFC 8288).</summary>
    /// <param name="context">The request and its answer.</param>
    /// <param name="next">The cursor of the next page; null when this is the last.</param>
    internal void Link(HttpContext context, string? next)
    {
        if (next is null)
        {
            return;
        }

        List<KeyValuePair<string, string?>> query = [];
        foreach ((string name, StringValues value) in context.Request.Query)
        {
            if (name is not ("page" or "cursor"))
            {
                query.Add(new(name, value.ToString()));
            }
        }

        bool numbered = !ByPlace && (Number + 1L) * Size <= Deepest;
        query.RemoveAll(pair => !numbered && pair.Key is "page_size" or "pageSize");
        query.Add(numbered ? new("page", (Number + 1).ToString(CultureInfo.InvariantCulture)) : new("cursor", next));
        if (!numbered && !context.Request.Query.ContainsKey("limit"))
        {
            query.Add(new("limit", Size.ToString(CultureInfo.InvariantCulture)));
        }

        string target = QueryHelpers.AddQueryString(context.Request.PathBase.Add(context.Request.Path).ToUriComponent(), query);
        context.Response.Headers.Link = $"<{target}>; rel=\"next\"";
    }
}
