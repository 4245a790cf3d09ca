using System.Buffers;
using System.Globalization;
using Jint;
using Jint.Native;
using Jint.Runtime;
using WorkflowAspire.Evaluator.Protocol;

namespace WorkflowAspire.Evaluator.Scripts;

/// <summary>An expression or a function body, ready to run over JSON: no access to the process, and limits on time, memory, statements and recursion.</summary>
internal sealed class Script(TenantText text)
{
    private const string Parameters = "input, steps, run, item, index";

    // The engine looks at its limits between statements; so that one call doesn't take what the whole process has, these look first.
    private static readonly Prepared<Acornima.Ast.Script> Guards = Engine.PrepareScript(
        """
        (() => {
          const limit = 5000000;
          const guard = (owner, name, size) => {
            const original = owner[name];
            Object.defineProperty(owner, name, { value: function (...given) {
              if (size(this, given) > limit) throw new RangeError(`${name} would give a text of more than ${limit} characters`);
              return original.apply(this, given);
            }, writable: false, configurable: false });
          };
          const times = (text, by) => String(text).length * Math.max(1, Number(by) || 0);
          const replaced = (text, [pattern, by]) => typeof by === 'function' ? 0
            : (String(text).length + 1) * String(by).length * (String(by).includes('$') ? String(text).length + 1 : 1);
          guard(String.prototype, 'repeat', (text, [count]) => times(text, count));
          guard(String.prototype, 'padStart', (text, [length]) => Number(length) || 0);
          guard(String.prototype, 'padEnd', (text, [length]) => Number(length) || 0);
          guard(String.prototype, 'replaceAll', replaced);
          guard(String.prototype, 'replace', (text, given) => given[0] instanceof RegExp && given[0].global ? replaced(text, given) : 0);
          guard(Array.prototype, 'join', (list, [separator]) => (list.length || 0) * (separator === undefined ? 1 : String(separator).length));
        })();
        for (const name of ['ArrayBuffer', 'SharedArrayBuffer', 'Atomics', 'DataView', 'WeakRef', 'FinalizationRegistry', 'Int8Array', 'Uint8Array',
          'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float16Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'])
          delete globalThis[name];
        """);

    private static readonly Prepared<Acornima.Ast.Script> OnlyDeterministic = Engine.PrepareScript(
        "delete globalThis.Date; delete globalThis.Temporal; delete globalThis.Intl; delete Math.random;");

    private readonly Prepared<Acornima.Ast.Script> _function = Engine.PrepareScript(
        text.Kind == TextKind.Expression ? $"(function ({Parameters}) {{ return (\n{text.Source}\n); }})" : $"(function ({Parameters}) {{\n{text.Source}\n}})", strict: true);

    /// <summary>Runs it in an engine of its own: nothing that it leaves behind is seen by another.</summary>
    /// <returns>The value as JSON; <c>true</c> or <c>false</c> where it decides.</returns>
    public ReadOnlyMemory<byte> Run(Purpose purpose, TaskData data, CancellationToken ct)
    {
        using var engine = CreateEngine(data.Limits, ct);
        engine.Execute(Guards);
        if (text.Kind == TextKind.Expression) engine.Execute(OnlyDeterministic);
        var given = new JsonValues(engine).ReadRoots(data.Utf8);
        var value = engine.Call(
            engine.Evaluate(_function), JsValue.Undefined, [given("input"), given("steps"), given("run"), given("item"), given("index")]);
        if (value.IsPromise()) throw new FaultException("it gives a promise; await and async are not available here");
        if (purpose == Purpose.Decide) return TypeConverter.ToBoolean(value) ? "true"u8.ToArray() : "false"u8.ToArray();
        var json = new ArrayBufferWriter<byte>();
        using var writer = new ValueWriter(json, data.Limits.Output);
        writer.Write(value);
        return json.WrittenMemory;
    }

    private static Engine CreateEngine(Limits limits, CancellationToken ct) => new(sandbox =>
    {
        sandbox.Strict().DisableStringCompilation().Culture(CultureInfo.InvariantCulture).LocalTimeZone(TimeZoneInfo.Utc)
            .LimitMemory(limits.Allocations).MaxStatements(limits.Statements).LimitRecursion(limits.Recursion)
            .MaxArraySize(1_000_000).RegexTimeoutInterval(limits.Time).CancellationToken(ct);
        sandbox.AgentCanSuspend = false;
    });
}
