using System.Text;

namespace Reeve.Commands.SecretVerbs;

/// <summary>A line that is typed and not shown.</summary>
public static class HiddenInput
{
    /// <summary>Asks for it on standard error; null when there is no end of a line.</summary>
    public static string? Ask(string question)
    {
        Console.Error.Write(question);
        StringBuilder typed = new();
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    Console.Error.WriteLine();
                    return typed.ToString();
                case ConsoleKey.Backspace:
                    typed.Length = Math.Max(0, typed.Length - 1);
                    break;
                case ConsoleKey.D when key.Modifiers.HasFlag(ConsoleModifiers.Control):
                    Console.Error.WriteLine();
                    return null;
                default:
                    if (!char.IsControl(key.KeyChar))
                    {
                        typed.Append(key.KeyChar);
                    }

                    break;
            }
        }
    }
}
