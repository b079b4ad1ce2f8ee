using System.Globalization;
using Reeve.Core.Calendars;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Wording;

namespace Reeve.Core.PackDocuments.Sections;

/// <summary>Business calendars, and durations that may name one.</summary>
internal static class CalendarFields
{
    private static readonly string[] Days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

    internal static NamedList<BusinessCalendar> Read(Field? section)
    {
        List<BusinessCalendar> calendars = [];
        foreach ((string name, Field field) in section?.Entries() ?? [])
        {
            if (field.Object() is { } fields)
            {
                TimeZoneInfo? zone = Zone(fields.Require("zone"));
                HashSet<DayOfWeek> weekend = Weekend(fields.Find("weekend"));
                HashSet<DateOnly> holidays = Holidays(fields.Find("holidays"));
                TimeOnly? cutoff = Cutoff(fields.Find("cutoff"));
                fields.Close();
                if (zone is not null && Make(field, name, zone, weekend, holidays, cutoff) is { } calendar)
                {
                    calendars.Add(calendar);
                }
            }
        }

        return new NamedList<BusinessCalendar>(calendars, calendar => calendar.Name);
    }

    /// <summary>A duration; one in business days refers to its calendar.</summary>
    internal static PackDuration? Duration(Field? field)
    {
        if (field?.Text() is not { } text)
        {
            return null;
        }

        if (!PackDuration.TryParse(text, out PackDuration duration))
        {
            field.Value.Error(ErrorCatalogue.Packs.BadFormat, $"{Shown.Name(text)} is not a duration.", ErrorCatalogue.Calendars.BadDuration.NextStep);
            return null;
        }

        if (duration.Calendar is { } calendar)
        {
            field.Value.Notes.Refer(ReferenceKind.Calendar, calendar, field.Value.Pointer);
        }

        return duration;
    }

    private static TimeZoneInfo? Zone(Field? field)
    {
        if (field?.Text() is not { } id)
        {
            return null;
        }

        try
        {
            return BusinessCalendar.FindZone(id);
        }
        catch (ReeveException fault)
        {
            field.Value.Error(ErrorCatalogue.Packs.BadCalendar, fault.Error.Message, fault.Error.NextStep);
            return null;
        }
    }

    // Without a word about it, a weekend is Saturday and Sunday.
    private static HashSet<DayOfWeek> Weekend(Field? field)
    {
        if (field is null)
        {
            return [DayOfWeek.Saturday, DayOfWeek.Sunday];
        }

        HashSet<DayOfWeek> weekend = [];
        foreach (Field item in field.Value.Items())
        {
            if (item.Text() is not { } text)
            {
                continue;
            }

            int day = text.Length < 3 ? -1 : Array.FindIndex(Days, name => name == text.ToLowerInvariant() || name[..3] == text.ToLowerInvariant());
            if (day < 0)
            {
                item.NotAllowed(text, ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
            }
            else
            {
                weekend.Add((DayOfWeek)day);
            }
        }

        return weekend;
    }

    private static HashSet<DateOnly> Holidays(Field? field)
    {
        HashSet<DateOnly> holidays = [];
        foreach (Field item in field?.Items() ?? [])
        {
            if (item.Text() is not { } text)
            {
                continue;
            }

            if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date))
            {
                holidays.Add(date);
            }
            else
            {
                item.Error(ErrorCatalogue.Packs.BadFormat, $"{Shown.Name(text)} is not a date.", "Write it as 2026-12-25.");
            }
        }

        return holidays;
    }

    private static TimeOnly? Cutoff(Field? field)
    {
        if (field?.Text() is not { } text)
        {
            return null;
        }

        if (TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly time))
        {
            return time;
        }

        field.Value.Error(ErrorCatalogue.Packs.BadFormat, $"{Shown.Name(text)} is not a time of day.", "Write it as 17:00.");
        return null;
    }

    private static BusinessCalendar? Make(
        Field field, string name, TimeZoneInfo zone, HashSet<DayOfWeek> weekend, HashSet<DateOnly> holidays, TimeOnly? cutoff)
    {
        try
        {
            return new BusinessCalendar(name, zone, weekend, holidays, cutoff);
        }
        catch (ReeveException fault)
        {
            field.Error(ErrorCatalogue.Packs.BadCalendar, fault.Error.Message, fault.Error.NextStep);
            return null;
        }
    }
}
