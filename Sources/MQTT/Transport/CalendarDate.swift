/// A second in the Gregorian calendar, in UTC, as certificates and lists of revoked ones have it.
struct CalendarDate: CustomStringConvertible {
    let year: Int
    let month: Int
    let day: Int
    /// Seconds since the begin of the day.
    let second: Int

    private static let secondsPerDay = 86_400
    /// The days of four hundred years, after which the calendar repeats.
    private static let daysPerEra = 146_097
    /// The days from the 1st of March of the year 0 to the 1st of January 1970.
    private static let daysBefore1970 = 719_468

    /// A date by its parts.
    init(year: Int, month: Int, day: Int, hours: Int = 0, minutes: Int = 0, seconds: Int = 0) {
        self.year = year
        self.month = month
        self.day = day
        second = (hours * 60 + minutes) * 60 + seconds
    }

    /// The date that is so many seconds after the begin of 1970.
    init(secondsSince1970 seconds: Int) {
        let days = Self.floorDivide(seconds, by: Self.secondsPerDay)
        second = seconds - days * Self.secondsPerDay
        // Years are counted from March on, so that the leap day is the last of its year.
        let shifted = days + Self.daysBefore1970
        let era = Self.floorDivide(shifted, by: Self.daysPerEra)
        let dayOfEra = shifted - era * Self.daysPerEra
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// How many seconds after the begin of 1970 it is.
    var secondsSince1970: Int {
        let yearFromMarch = month <= 2 ? year - 1 : year
        let era = Self.floorDivide(yearFromMarch, by: 400)
        let yearOfEra = yearFromMarch - era * 400
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era * Self.daysPerEra + dayOfEra - Self.daysBefore1970) * Self.secondsPerDay + second
    }

    /// The day, as 2026-11-21.
    var description: String {
        "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
    }

    private static func floorDivide(_ number: Int, by divisor: Int) -> Int {
        number >= 0 ? number / divisor : -((divisor - 1 - number) / divisor)
    }
}
