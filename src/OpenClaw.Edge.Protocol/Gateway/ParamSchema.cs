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
    private ParamSchema? _other;

    private ParamSchema(ParamRule[] rules, bool open)
    {
        _rules = rules;
        _open = open;
    }

    /// <summary>Params without members.</summary>
    public static ParamSchema Empty { get; } = new([], open: false);

    // name[!]:type, separated by spaces; "…" alone leaves the object open.
    // type = str | str1 | str(max) | str1(max) | int | int(min..max) | bool | arr | strs | obj | any | a|b|c | =a|b|c, "?" behind it allows null;
    // [n]a|b|c is an array of 1 to n of them; "or:NOTATION" at the front is one of two objects, with that member or with the one behind it;
    // "=" tells a union of constants from a list of values: the original words the two errors differently
    /// <summary>Reads a schema from its notation, such as <c>key!:str1 limit:int(1..1000) …</c>.</summary>
    public static ParamSchema Parse(string notation)
    {
        ArgumentNullException.ThrowIfNull(notation);
        if (notation.StartsWith("or:", StringComparison.Ordinal))
        {
            string[] both = notation["or:".Length..].Split(' ', 3);
            string rest = both.Length > 2 ? both[2] : "";
            ParamSchema first = Parse($"{both[0]} {rest}");
            first._other = Parse($"{both[1]} {rest}");
            return first;
        }

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
        int weight = Collect(value, problems);
        if (weight > 0 && _other is not null)
        {
            var others = new List<string>();
            int more = _other.Collect(value, others);
            if (more == 0)
            {
                return null;
            }

            problems.AddRange(others.Where(problem => !problems.Contains(problem)));
            if (weight + more < MaxProblems)
            {
                problems.Add("must match a schema in anyOf");
            }
        }

        return problems.Count == 0 ? null : string.Join("; ", problems);
    }

    // How many problems the original would count.
    private int Collect(JsonElement value, List<string> problems)
    {
        int weight = 0;
        foreach (ParamRule rule in _rules)
        {
            if (rule.Required && !value.TryGetProperty(rule.Name, out _))
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"must have required property '{rule.Name}'"));
                weight++;
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
                    problems.Add(problem[0] == '/' ? $"at /{rule.Name}{problem}" : $"at /{rule.Name}: {problem}");
                    weight += rule.Weight;
                }
            }
            else if (!_open)
            {
                problems.Add($"at root: unexpected property '{Shorten(property.Name)}'");
                weight++;
            }
        }

        return weight;
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
