"""What arithmetic makes of units, and what it refuses: the rules of the language as one table."""

import pytest

from vbc_cli.formula.check import check_flag, unit_of_line
from vbc_cli.formula.parse import FormulaFault, parse
from vbc_cli.formula.program import Case, Declarations, Line, TableShape
from vbc_cli.formula.units import UNITS

NAMES = {unit: unit for unit in UNITS} | {
    "usd_b": "usd",
    "rate_b": "rate",
    "date_b": "date",
    "code_b": "code",
    "flag_b": "flag",
    "persons_b": "persons",
}
TABLES = {
    "tracks": TableShape({"track": "code", "share": "rate", "limit": "usd", "open": "flag"}, ("track",)),
    "fees": TableShape({"track": "code", "year": "count", "fee": "usd_pmpm"}, ("track", "year")),
    "steps": TableShape({"at": "persons", "share": "rate", "usd_at": "usd"}),
}
DECLARED = Declarations(NAMES, TABLES)


def unit_of(text: str, unit: str = "", name: str = "line") -> str:
    return unit_of_line(Line(name, (Case(None, parse(text)),), unit=unit), DECLARED)


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        # money by time, people and services
        ("usd_pmpm * member_months", "usd"),
        ("member_months * usd_pmpm", "usd"),
        ("usd_pppy * person_years", "usd"),
        ("usd_pppy * person_years(member_months)", "usd"),
        ("usd_per_case * cases", "usd"),
        ("usd_per_visit * visits", "usd"),
        ("usd / member_months", "usd_pmpm"),
        ("usd / person_years", "usd_pppy"),
        ("usd / usd_pmpm", "member_months"),
        ("usd / usd_b", "rate"),
        ("usd_pmpm / usd_pmpm", "rate"),
        ("usd * rate", "usd"),
        ("usd / rate", "usd"),
        ("usd_pmpm * rate * member_months", "usd"),
        # a factor changes no unit
        ("usd * factor", "usd"),
        ("factor * usd_pmpm", "usd_pmpm"),
        ("score * factor", "score"),
        ("persons / factor", "persons"),
        ("factor * factor", "factor"),
        # shares
        ("rate * rate_b", "rate"),
        ("1 - rate", "rate"),
        ("rate + 0.05", "rate"),
        ("2 * rate", "rate"),
        ("persons * rate", "persons"),
        ("persons / persons_b", "rate"),
        # 0 fits everything
        ("usd + 0", "usd"),
        ("max(usd, 0)", "usd"),
        ("max(0, member_months)", "member_months"),
        ("usd if flag else 0", "usd"),
        ("usd > 0", "flag"),
        # functions
        ("min(usd, usd_b)", "usd"),
        ("clamp(rate, 0.1, 0.9)", "rate"),
        ("abs(usd)", "usd"),
        ("-usd", "usd"),
        ("round_half_up(usd, 1)", "usd"),
        ("round_down(usd, usd_b)", "usd"),
        ("year(date)", "count"),
        ("date < date_b", "flag"),
        ("code == 'EN'", "flag"),
        ("flag == flag_b", "flag"),
        ("not flag and flag_b", "flag"),
        ("reaches(rate, rate_b, flag)", "flag"),
        ("is_present(usd)", "flag"),
        ("is_missing(tracks[code].limit)", "flag"),
        # tables
        ("tracks[code].share * usd", "usd"),
        ("tracks['EN'].limit", "usd"),
        ("fees[code, year(date)].fee * member_months", "usd"),
        ("fees[code, 2024].fee", "usd_pmpm"),
        ("interpolate(persons, steps.at, steps.share)", "rate"),
        ("ladder(persons, steps.at, steps.usd_at)", "usd"),
        ("bands(usd, steps.usd_at, steps.share)", "usd"),
        ("sum(tracks.limit)", "usd"),
        ("sum(tracks.limit * tracks.share, where=tracks.open)", "usd"),
        ("count(tracks.open)", "count"),
        ("weighted_mean(tracks.share, tracks.limit)", "rate"),
        ("highest(tracks.share) <= 1", "flag"),
        ("sum(ladder(tracks.limit, steps.usd_at, steps.share))", "rate"),
    ],
)
def test_a_formula_has_this_unit(formula, unit):
    assert unit_of(formula) == unit


@pytest.mark.parametrize(
    ("formula", "what", "repair"),
    [
        # a literal beside dollars is a term
        (
            "usd * 2",
            "a literal number beside usd",
            "A number that moves money is a term: declare it in terms.",
        ),
        ("usd + 1", "a literal number beside usd", ""),
        ("usd / 2", "a literal number beside usd", ""),
        ("12 * usd_pmpm", "a literal number beside usd_pmpm", ""),
        ("max(usd, 100)", "a literal number beside usd", ""),
        ("usd >= 1000", "a literal number beside usd", ""),
        ("usd if flag else 100", "a literal number beside usd", ""),
        # units that do not go together
        ("usd + usd_pmpm", "adding usd and usd_pmpm", "Multiply usd_pmpm by member_months to get usd."),
        ("usd - member_months", "subtracting usd and member_months", ""),
        ("persons + person_years", "adding persons and person_years", "Persons are counted"),
        (
            "member_months + person_years",
            "adding member_months and person_years",
            "person_years(member_months)",
        ),
        ("usd_pppy * member_months", "usd_pppy times member_months", ""),
        ("usd_pmpm * persons", "usd_pmpm times persons", ""),
        ("usd * usd_b", "usd times usd", ""),
        ("usd * score", "usd times score", ""),
        ("usd * count", "usd times count", ""),
        ("usd / persons", "usd divided by persons", ""),
        ("rate + score", "adding rate and score", ""),
        ("rate >= score", "comparing rate and score", ""),
        ("min(usd, rate)", "limiting usd and rate", ""),
        ("person_years(persons)", "persons where member_months is needed", ""),
        ("round_half_up(usd, rate)", "rounding usd to a rate", ""),
        ("bands(usd, steps.at, steps.share)", "cutting into bands usd and persons", ""),
        ("interpolate(usd, steps.at, steps.share)", "comparing usd and persons", ""),
        # flags, codes and dates are no numbers
        ("flag + 1", "adding a flag", ""),
        ("rate * flag", "multiplying a flag", ""),
        ("flag * factor", "multiplying a flag", ""),
        ("0 * flag", "multiplying a flag", ""),
        ("flag / flag_b", "dividing a flag", ""),
        ("date / date_b", "dividing a date", ""),
        ("date - date_b", "subtracting a date", ""),
        ("min(date, date_b)", "limiting a date", ""),
        ("code < code_b", "a code compared by size", ""),
        ("code == usd", "comparing code and usd", ""),
        ("sum(tracks.open)", "adding a flag", ""),
        ("count(tracks.limit)", "counting a usd", ""),
        # flags where flags are needed
        ("usd if rate else 0", "if with a rate", ""),
        ("usd and flag", "and with a usd", ""),
        ("not rate", "rate where flag is needed", ""),
        ("sum(tracks.limit, where=tracks.share)", "where= with a rate", ""),
        ("reaches(rate, rate_b, 1)", "a number for at least or more than", ""),
        # names
        ("used", "unknown name 'used'", "Did you mean 'usd'?"),
        ("maximum(usd, usd_b)", "unknown function 'maximum'", "Did you mean"),
        ("track.share", "unknown table 'track'", "Did you mean 'tracks'?"),
        ("sum(tracks.shares)", "unknown column 'shares' of tracks", "Did you mean 'share'?"),
        ("tracks", "the table 'tracks' used as one value", "Write tracks[key].column or sum(tracks.column)."),
        # tables out of place
        ("tracks.share", "tracks.share outside a row of tracks", ""),
        ("tracks[code, code].share", "tracks with 2 keys", "Its key is track."),
        ("steps[0].share", "steps with 1 keys", "Its key is none: it has no key."),
        ("tracks[usd].share", "the key track of tracks as a usd", "It is a code."),
        ("sum(usd)", "sum over no table or several", "Its argument names one table: sum(table.column)."),
        ("sum(tracks.limit * steps.share)", "sum over no table or several", ""),
        ("sum(tracks.limit, where=steps.at > 0)", "steps.at outside a row of steps", ""),
        ("is_present(usd + usd_b)", "is_present of a calculation", "It takes one name or one column."),
        ("max(usd)", "max with 1 arguments", "max takes 2 or more arguments."),
        ("clamp(usd, 0)", "clamp with 2 arguments", "clamp takes 3 arguments."),
        ("max(usd, 0, where=flag)", "where= in max", ""),
        ("7", "a line whose unit cannot be told", "State its unit:, such as unit: rate."),
        ("score * rate", "a line whose unit cannot be told", ""),
    ],
)
def test_a_formula_is_refused_for_its_units(formula, what, repair):
    with pytest.raises(FormulaFault) as fault:
        unit_of(formula)
    assert fault.value.what == what
    assert repair in fault.value.repair
    assert fault.value.repair


@pytest.mark.parametrize(
    ("formula", "stated"),
    [
        ("score", "rate"),
        ("rate", "points"),
        ("points / count", "score"),
        ("score * rate", "rate"),
        ("0", "usd"),
        ("7", "points"),
        ("visits / member_months * 12_000", "per_1000"),
    ],
)
def test_a_line_may_restate_a_share_by_saying_its_unit(formula, stated):
    assert unit_of(formula, stated) == stated


@pytest.mark.parametrize(
    ("formula", "stated"),
    [
        ("usd", "rate"),
        ("rate", "usd"),
        ("7", "usd"),
        ("persons", "person_years"),
        ("member_months", "persons"),
        ("usd_pmpm", "usd"),
        ("flag", "rate"),
        ("count", "persons"),
        ("0", "flag"),
    ],
)
def test_a_line_may_not_restate_money_people_or_flags(formula, stated):
    with pytest.raises(FormulaFault) as fault:
        unit_of(formula, stated)
    assert fault.value.repair


def test_inside_a_row_line_its_own_columns_are_known_and_others_are_not():
    assert unit_of("tracks.limit * tracks.share", name="tracks.part") == "usd"
    assert unit_of("tracks.limit / sum(tracks.limit)", name="tracks.part") == "rate"
    with pytest.raises(FormulaFault, match=r"steps\.share outside a row of steps"):
        unit_of("tracks.limit * steps.share", name="tracks.part")


def test_another_table_inside_an_aggregate_must_be_the_row_of_the_line():
    # summed over steps, with the line's own row of tracks
    assert unit_of("sum(steps.usd_at * tracks.share)", name="tracks.part") == "usd"
    with pytest.raises(FormulaFault, match="over no table or several"):
        unit_of("sum(steps.usd_at * tracks.share)", name="fees.part")


def test_cases_have_one_unit_and_conditions_that_are_flags():
    flag, usd, rate = parse("flag"), parse("usd"), parse("rate")
    assert unit_of_line(Line("line", (Case(flag, usd), Case(None, parse("0")))), DECLARED) == "usd"
    with pytest.raises(FormulaFault, match="the cases of a line usd and rate"):
        unit_of_line(Line("line", (Case(flag, usd), Case(None, rate))), DECLARED)
    with pytest.raises(FormulaFault, match="if: with a rate"):
        unit_of_line(Line("line", (Case(rate, usd), Case(None, usd))), DECLARED)
    with pytest.raises(FormulaFault, match="when: with a usd"):
        unit_of_line(Line("line", (Case(None, usd),), when=usd), DECLARED)
    with pytest.raises(FormulaFault, match="that: with a rate"):
        check_flag(rate, DECLARED)
