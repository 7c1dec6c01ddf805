using System.Globalization;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Runs;

/// <summary>Puts an agent's questions to the person at the terminal, one after the other.</summary>
/// <param name="context">The invocation.</param>
/// <param name="readLine">Reads a line of the person's.</param>
internal sealed class QuestionPrompt(CliContext context, Func<CancellationToken, Task<string?>> readLine)
{
    /// <summary>Asks. The answers by the ids of the questions; null when the person skips them.</summary>
    public async Task<List<KeyValuePair<string, string[]>>?> AskAsync(JsonElement record, CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, string[]>> answers = [];
        foreach (JsonElement question in record.Items("questions"))
        {
            JsonElement[] options = [.. question.Items("options")];
            bool several = question.Flag("multiSelect");
            string[] given = [];
            while (given.Length == 0)
            {
                Task<string?> line = readLine(cancellationToken);
                Show(question, options, several);
                string text = (await line)?.Trim() ?? "";
                if (text.Length == 0)
                {
                    return null;
                }

                given = Choices(text, options, several);
            }

            answers.Add(new(question.Text("questionId") ?? "", given));
        }

        return answers;
    }

    /// <summary>What a line means: numbers and labels of options, else the person's own words; empty when a number is none of them.</summary>
    internal static string[] Choices(string line, JsonElement[] options, bool several)
    {
        string[] parts = several ? line.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [line];
        List<string> chosen = [];
        foreach (string part in parts)
        {
            if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                if (number < 1 || number > options.Length)
                {
                    return [];
                }

                chosen.Add(options[number - 1].Text("label") ?? "");
                continue;
            }

            bool known = Array.Exists(options, option => string.Equals(option.Text("label"), part, StringComparison.OrdinalIgnoreCase));
            if (!known && several)
            {
                return [line]; // own words may have commas
            }

            chosen.Add(part);
        }

        return [.. chosen];
    }

    private void Show(JsonElement question, JsonElement[] options, bool several)
    {
        context.Say("");
        context.Say(context.Paint.Accent($"{TextLayout.OneLine(question.Text("header") ?? "question")}: ") + TextLayout.Block(question.Text("question") ?? ""));
        for (int i = 0; i < options.Length; i++)
        {
            string more = options[i].Text("description") is { } description ? context.Paint.Dim($"  {TextLayout.OneLine(description)}") : "";
            context.Say(string.Create(CultureInfo.InvariantCulture, $"  {i + 1}  {TextLayout.OneLine(options[i].Text("label") ?? "")}{more}"));
        }

        context.Terminal.Ask(options.Length == 0 ? "your answer, or nothing to skip: "
            : several ? "numbers with commas, your own words, or nothing to skip: "
            : "number, your own words, or nothing to skip: ");
    }
}
