using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>What the params of a method may be, with the original's texts for what they may not be. Immutable.</summary>
public sealed class ParamSchema
{
    private const int MaxProblems = 8; // enough to repair a call; the rest would only be noise

    private readonly ParamRule[] _rules;
    private readonly bool _open;

    private ParamSchema(ParamRule[] rules, bool open)
    {
        _rules = rules;
        _open = open;
    }

    /// <summary>Params without members.</summary>
    public static ParamSchema Empty { get; } = new([], open: false);

    // name[!]:type, separated by spaces; "…" alone leaves the object open.
    // type = str | str1 | str(max) | str1(max) | int | int(min..max) | bool | arr | strs | obj | any | a|b|c | =a|b|c, "?" behind it allows null;
    // "=" tells a union of constants from a list of values: the original words the two errors differently
    /// <summary>Reads a schema from its notation, such as <c>key!:str1 limit:int(1..1000) …</c>.</summary>
    public static ParamSchema Parse(string notation)
    {
        ArgumentNullException.ThrowIfNull(notation);
        string[] words = notation.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        bool open = words.Contains("…", StringComparer.Ordinal);
        return new ParamSchema([.. words.Where(word => word != "…").Select(ParamRule.Parse)], open);
    }

    /// <summary>The problems of params, joined as the original joins them; null when there are none.</summary>
    public string? Check(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return "must be object";
        }

        var problems = new List<string>();
        foreach (ParamRule rule in _rules)
        {
            if (rule.Required && !value.TryGetProperty(rule.Name, out _))
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"must have required property '{rule.Name}'"));
                break; // only the first one, as the original
            }
        }

        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (problems.Count >= MaxProblems)
            {
                break;
            }

            if (Find(property) is { } rule)
            {
                if (rule.Check(property.Value) is { } problem)
                {
                    problems.Add($"at /{rule.Name}: {problem}");
                }
            }
            else if (!_open)
            {
                problems.Add($"at root: unexpected property '{Shorten(property.Name)}'");
            }
        }

        return problems.Count == 0 ? null : string.Join("; ", problems);
    }

    private ParamRule? Find(JsonProperty property)
    {
        foreach (ParamRule rule in _rules)
        {
            if (property.NameEquals(rule.Name))
            {
                return rule;
            }
        }

        return null;
    }

    private static string Shorten(string name) => name.Length <= 64 ? name : new StringBuilder(name, 0, 64, 65).Append('…').ToString();
}
