namespace Reeve.Core.Changes;

/// <summary>How signals are written: words in ordinal order, joined by commas. Pure.</summary>
public static class SignalWords
{
    private static readonly (Signals Signal, string Word)[] Words =
    [
        (Signals.Breakers, "breakers"),
        (Signals.Hold, "hold"),
        (Signals.Inbox, "inbox"),
        (Signals.Keys, "keys"),
        (Signals.Packs, "packs"),
        (Signals.Playbooks, "playbooks"),
        (Signals.Schedules, "schedules"),
        (Signals.Tenants, "tenants"),
        (Signals.Tools, "tools"),
    ];

    /// <summary>The words; null for none.</summary>
    public static string? Write(Signals signals)
    {
        if (signals == Signals.None)
        {
            return null;
        }

        List<string> words = [];
        foreach ((Signals signal, string word) in Words)
        {
            if ((signals & signal) != Signals.None)
            {
                words.Add(word);
            }
        }

        return string.Join(',', words);
    }

    /// <summary>What words mean; <see cref="Signals.All"/> where one of them is not known, because a newer release wrote it.</summary>
    public static Signals Read(string text)
    {
        Signals read = Signals.None;
        foreach (string word in text.Split(','))
        {
            Signals known = Of(word);
            if (known == Signals.None)
            {
                return Signals.All;
            }

            read |= known;
        }

        return read;
    }

    private static Signals Of(string text)
    {
        foreach ((Signals signal, string word) in Words)
        {
            if (text == word)
            {
                return signal;
            }
        }

        return Signals.None;
    }
}
